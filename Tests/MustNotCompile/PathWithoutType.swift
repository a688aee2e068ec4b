// expected: cannot convert value of type 'JSONPath' to expected argument type 'Field<Int>'
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    _ = events.where { $0.requestObject["spec"]["replicas"] == 3 }
}
