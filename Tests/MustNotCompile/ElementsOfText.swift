// expected: instance method 'elements()' requires the types 'String' and '[Element]' be equivalent
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.group { $0.verb.elements() }
}
