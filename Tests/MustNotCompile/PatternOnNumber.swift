// expected: referencing instance method 'matches' on 'Field' requires the types 'Int' and 'String' be equivalent
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = try events.where { try $0.response.code.matches("4..") }
}
