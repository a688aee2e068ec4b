// expected: cannot convert value of type 'Int' to specified type 'String'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    for (_, count) in try await events.group { $0.verb }.aggregate(.count).rows() { let text: String = count; _ = text }
}
