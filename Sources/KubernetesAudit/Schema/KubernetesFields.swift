public import AuditStore

/// The fields of Kubernetes' audit events.
///
/// Fields that some events lack (most do) are absent there: see ``Condition`` for what that means.
public struct KubernetesFields: Sendable {
    init() {}

    /// The identity of the request, equal over its stages. Clients can choose it.
    public var auditID: Field<String> { Field("auditID") }
    /// `None`, `Metadata`, `Request` or `RequestResponse`.
    public var level: Field<String> { Field("level") }
    /// `RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.
    public var stage: Field<String> { Field("stage") }
    /// Whether the stage is the last one of its request: `ResponseComplete` or `Panic`.
    public var isTerminal: Field<Bool> { Field(KubernetesDerived.isTerminal) }
    public var requestURI: Field<String> { Field("requestURI") }
    /// `get`, `list`, `create` and so on; for requests that are not about a resource the HTTP method in lower case.
    public var verb: Field<String> { Field("verb") }
    /// Who asked.
    public var user: UserFields { UserFields("user") }
    /// Whom the user acted as.
    public var impersonatedUser: UserFields { UserFields("impersonatedUser") }
    /// All addresses that the request names; all but the last can be forged.
    public var sourceIPs: Field<[IPAddress]> { Field("sourceIPs") }
    /// The last of ``sourceIPs``: where the connection came from.
    public var remoteIP: Field<IPAddress> { Field(KubernetesDerived.remoteIP) }
    /// As the client calls itself; cut at 1,024 bytes.
    public var userAgent: Field<String> { Field("userAgent") }
    /// The user agent up to the first `/`, blank or parenthesis.
    public var userAgentProduct: Field<String> { Field(KubernetesDerived.product) }
    /// What the request is about (`objectRef`).
    public var object: ObjectFields { ObjectFields() }
    /// What came back (`responseStatus`); absent at stage `RequestReceived`.
    public var response: ResponseFields { ResponseFields() }
    /// `requestReceivedTimestamp`
    public var requestReceived: Field<Instant> { Field("requestReceivedTimestamp") }
    /// `stageTimestamp`: the time of the event, which decides its partition.
    public var stageTime: Field<Instant> { Field("stageTimestamp") }
    /// ``stageTime`` less ``requestReceived``.
    public var latency: Field<Duration> { Field(KubernetesDerived.latency) }
    /// `annotations["authorization.k8s.io/decision"]` and so on.
    public var annotations: StringMap { StringMap("annotations") }
    /// What the client sent, from level `Request` on: an object, a JSON patch (a list), or delete options.
    public var requestObject: JSONPath { JSONPath("requestObject") }
    /// What came back, at level `RequestResponse`.
    public var responseObject: JSONPath { JSONPath("responseObject") }
    /// Any other path: `$0["authenticationMetadata"]["impersonationConstraint"].string`.
    public subscript(key: String) -> JSONPath { JSONPath(key) }
    /// The event's whole text: `$0.raw.contains("…")` finds a text anywhere in the event.
    public var raw: Field<String> { .raw }
    /// The name of the source that was given when the event came in.
    public var source: Field<String> { .source }
    /// The name of the cluster that was given when the event came in; the event itself has none.
    public var cluster: Field<String> { .cluster }
}

/// The fields of a user.
public struct UserFields: Sendable {
    private let key: String
    init(_ key: String) { self.key = key }

    private var nameReference: FieldReference { FieldReference(keys: [key, "username"]) }

    public var name: Field<String> { Field(key, "username") }
    public var uid: Field<String> { Field(key, "uid") }
    public var groups: Field<[String]> { Field(key, "groups") }
    /// `extra["authentication.kubernetes.io/pod-name"]` and so on.
    public var extra: StringListMap { StringListMap(key, "extra") }
    /// What kind of user it is, by its name.
    public var kind: Field<UserKind> { name.map { UserKind(userName: $0) } }
    /// The namespace of a service account; absent for others.
    public var namespace: Field<String> { name.map { UserKind.serviceAccount(of: $0)?.namespace } }
    /// The name of a service account; absent for others.
    public var serviceAccount: Field<String> { name.map { UserKind.serviceAccount(of: $0)?.name } }
}

/// The fields of `objectRef`.
public struct ObjectFields: Sendable {
    /// In the plural: `pods`.
    public var resource: Field<String> { Field("objectRef", "resource") }
    public var namespace: Field<String> { Field("objectRef", "namespace") }
    public var name: Field<String> { Field("objectRef", "name") }
    public var uid: Field<String> { Field("objectRef", "uid") }
    public var apiGroup: Field<String> { Field("objectRef", "apiGroup") }
    public var apiVersion: Field<String> { Field("objectRef", "apiVersion") }
    public var resourceVersion: Field<String> { Field("objectRef", "resourceVersion") }
    public var subresource: Field<String> { Field("objectRef", "subresource") }
}

/// The fields of `responseStatus`.
public struct ResponseFields: Sendable {
    /// The HTTP status.
    public var code: Field<Int> { Field("responseStatus", "code") }
    /// `Success` or `Failure`, mostly absent.
    public var status: Field<String> { Field("responseStatus", "status") }
    public var reason: Field<String> { Field("responseStatus", "reason") }
    public var message: Field<String> { Field("responseStatus", "message") }
}

/// An object whose keys are open and whose values are strings.
public struct StringMap: Sendable {
    private let key: String
    init(_ key: String) { self.key = key }
    public subscript(name: String) -> Field<String> { Field(key, name) }
}

/// An object whose keys are open and whose values are lists of strings.
public struct StringListMap: Sendable {
    private let outer: String
    private let key: String
    init(_ outer: String, _ key: String) {
        self.outer = outer
        self.key = key
    }
    public subscript(name: String) -> Field<[String]> { Field(outer, key, name) }
}
