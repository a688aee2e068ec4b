// expected: instance method 'top(_:by:)' requires that '[ValueCount<String>]' conform to 'Comparable'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = try await events.group { $0.verb }.aggregate(.count, .mostFrequent(3, of: \.user.name)).top(3, by: \.1)
}
