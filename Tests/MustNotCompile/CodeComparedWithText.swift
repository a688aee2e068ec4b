// expected: binary operator '==' cannot be applied to operands of type 'Field<Int>' and 'String'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.response.code == "403" }
}
