public import AuditStore

/// Which object of a cluster.
public struct ObjectName: Sendable, Hashable {
    /// In the plural: `deployments`.
    public var resource: String
    /// `apps`, or empty for the core group; nil for any.
    public var apiGroup: String?
    /// nil for objects of the cluster.
    public var namespace: String?
    public var name: String

    public init(resource: String, apiGroup: String? = nil, namespace: String? = nil, name: String) {
        self.resource = resource
        self.apiGroup = apiGroup
        self.namespace = namespace
        self.name = name
    }
}

/// A request that changed an object, or tried to.
public struct ObjectChange: Sendable, Encodable {
    /// What the difference to the version before was taken from.
    public enum Basis: String, Sendable, Encodable {
        /// The object as the API server answered.
        case response
        /// The object as it was sent.
        case request
        /// The patch alone, for want of the object.
        case patch
        /// Nothing: the event has no body of the object, because of its level, because the request failed, or because it was
        /// cut.
        case none
    }

    public var event: KubernetesEvent
    public var basis: Basis
    /// Whether there is no version before it on the same basis, so that all there is was added.
    public var isFirst: Bool
    /// The differences to the version before.
    public var changes: [FieldChange]
    /// Differences beyond ``BodyDifference/limit``.
    public var omittedChanges: Int
    /// The patch, if that is the basis.
    public var patch: JSONValue?
    /// Whether nothing was changed because it was a trial (`dryRun=All`).
    public var isDryRun: Bool

    public var time: Instant? { event.stageTime }
    /// Whether the change was made.
    public var isDone: Bool { !isDryRun && (event.response?.code).map { $0 < 400 } ?? true }
}

extension KubernetesEvent: Encodable {
    /// The event as the JSON that it is.
    public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
