// expected: cannot convert value of type 'Field<Int>' to expected argument type 'Field<String>'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.verb == $0.response.code }
}
