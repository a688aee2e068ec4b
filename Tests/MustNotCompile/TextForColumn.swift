// expected: cannot convert value of type 'String' to expected argument type 'KeyPath<KubernetesFields, Field<Value>>'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = try await events.aggregate(.distinct("user.name"))
}
