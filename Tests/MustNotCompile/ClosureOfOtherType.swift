// expected: cannot convert value of type '@Sendable (Int) -> Bool' to expected argument type '@Sendable (String) -> Bool'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.verb.satisfies { (code: Int) in code > 3 } }
}
