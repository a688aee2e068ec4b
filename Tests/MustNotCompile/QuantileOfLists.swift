// expected: static method 'quantile(_:of:)' requires that 'Array<String>' conform to 'Comparable'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = try await events.aggregate(.quantile(0.5, of: \.user.groups))
}
