// expected: call can throw, but it is not marked with 'try' and the error is not handled
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.verb.matches("get|list") }
}
