// expected: cannot convert value of type 'Instant' to specified type 'String'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    for ((_, hour), _) in try await events.group { ($0.verb, $0.stageTime.bucket(.hours(1))) }.aggregate(.count).rows()
    { let text: String = hour; _ = text }
}
