public import AuditStore
import Shredding

/// The audit events of Kubernetes (`audit.k8s.io/v1`).
public enum KubernetesAudit: AuditSchema {
    public static var fields: KubernetesFields { KubernetesFields() }

    public static let description = SchemaDescription(
        shredding: ShreddingSchema(
            name: "audit.k8s.io",
            times: [TimePath(KubernetesPath.stageTime), TimePath(KubernetesPath.requestReceived)],
            identities: [["auditID"]],
            documents: [["requestObject"], ["responseObject"]],
            eventIdentity: [["auditID"], ["stage"]]),
        derived: KubernetesDerived.all,
        usualFields: [
            "verb", "user.username", "responseStatus.code", "objectRef.resource", "objectRef.namespace",
            "objectRef.name",
            "remoteIP", "sourceIPs", "userAgent", "requestURI", "stage", "level", "auditID", "stageTimestamp",
            "requestReceivedTimestamp", "latency", "user.groups", "user.uid", "user.extra", "user.kind",
            "user.namespace",
            "user.serviceaccount", "userAgent.product", "isTerminal", "objectRef.uid", "objectRef.apiGroup",
            "objectRef.apiVersion", "objectRef.subresource", "objectRef.resourceVersion", "responseStatus.status",
            "responseStatus.reason", "responseStatus.message", "impersonatedUser.username", "impersonatedUser.groups",
            "annotations", "requestObject", "responseObject", "source", "cluster", "kind", "apiVersion", "_raw",
        ],
        retentionRules: { try AuditPolicy(parsing: $0).retentionRules })
}

enum KubernetesPath {
    static let stageTime = ["stageTimestamp"]
    static let requestReceived = ["requestReceivedTimestamp"]
}
