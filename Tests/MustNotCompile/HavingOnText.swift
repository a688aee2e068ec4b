// expected: binary operator '==' cannot be applied to operands of type 'Int' and 'String'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.group { $0.verb }.aggregate(.count).having { $0.value == "many" }
}
