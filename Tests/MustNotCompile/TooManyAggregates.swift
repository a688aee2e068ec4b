// expected: '(Int, Int, Int)' is not convertible to '(Int, Int)', tuples have a different number of elements
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    let (_, _): (Int, Int) = try await events.aggregate(.count, .distinct(\.verb), .count)
}
