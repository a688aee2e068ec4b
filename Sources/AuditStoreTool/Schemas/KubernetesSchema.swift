import AuditStore
import KubernetesAudit

extension KubernetesAudit: ToolSchema {
    static var argument: String { "kubernetes" }
    static var userField: String { "user.username" }
    static var cellColumns: [String] { ["user", "remoteIP", "verb", "object", "code", "auditID"] }

    static func cells(_ event: KubernetesEvent) -> [Cell] {
        [
            Cell(event.user?.name), Cell(event.remoteIP?.description), Cell(event.verb), Cell(what(event)),
            Cell(event.response?.code), Cell(event.auditID),
        ]
    }

    static func time(of event: KubernetesEvent) -> Instant? { event.stageTime }

    /// The object, or the path of a request that is about none.
    static func what(_ event: KubernetesEvent) -> String? {
        event.object?.text ?? event.requestURI.map { String($0.prefix { $0 != "?" }) }
    }
}
