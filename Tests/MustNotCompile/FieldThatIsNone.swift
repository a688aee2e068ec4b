// expected: value of type 'UserFields' has no member 'nam'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.user.nam == "alice" }
}
