// expected: static method 'histogram(_:width:)' requires that 'String' conform to 'HistogramValue'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = try await events.aggregate(.histogram(\.verb, width: "a"))
}
