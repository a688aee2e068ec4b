import AuditStore
import CloudTrailAudit

extension CloudTrailAudit: ToolSchema {
    static var argument: String { "cloudtrail" }
    static var userField: String { "userIdentity.arn" }
    static var cellColumns: [String] { ["user", "sourceIP", "action", "resource", "error", "eventID"] }

    static func cells(_ event: CloudTrailEvent) -> [Cell] {
        [
            Cell(event.user?.name ?? event.user?.invokedBy), Cell(event.sourceIPAddress), Cell(action(event)),
            Cell(event.resourceARNs.first), Cell(event.errorCode), Cell(event.eventID),
        ]
    }

    static func time(of event: CloudTrailEvent) -> Instant? { event.eventTime }

    /// `s3:GetObject`, as policies name it.
    private static func action(_ event: CloudTrailEvent) -> String? {
        event.eventName.map { name in event.service.map { "\($0):\(name)" } ?? name }
    }
}
