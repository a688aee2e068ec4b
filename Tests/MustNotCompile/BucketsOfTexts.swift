// expected: referencing instance method 'bucket(_:in:)' on 'Field' requires the types 'String' and 'Instant' be equivalent
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.group { $0.verb.bucket(.hours(1)) }
}
