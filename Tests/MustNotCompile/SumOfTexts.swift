// expected: static method 'sum' requires that 'String' conform to 'AdditiveArithmetic'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = try await events.aggregate(.sum(\.verb))
}
