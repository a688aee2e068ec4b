// expected: referencing instance method 'isContained(in:)' on 'Field' requires the types 'String' and 'IPAddress' be equivalent
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.user.name.isContained(in: ["10.0.0.0/8"]) }
}
