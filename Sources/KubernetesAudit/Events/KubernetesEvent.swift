public import AuditStore

/// An audit event of Kubernetes, as the rows of a query have it.
///
/// The exact bytes are kept, and fields are decoded from them when they are asked for: what nobody looks at costs nothing. A
/// field that is absent, `null`, or of another type than Kubernetes gives it is nil; nothing that an event holds is an error.
public struct KubernetesEvent: DecodableEvent, Hashable {
    /// The event as it came in.
    public let event: Event
    /// Its place in the store.
    public let position: EventPosition
    /// Where the fields lie, by ``Key``; found in one pass, since nearly all readers want several.
    private let fields: [JSONValue?]

    public init(_ event: Event, at position: EventPosition) {
        self.event = event
        self.position = position
        var fields = [JSONValue?](repeating: nil, count: Key.allCases.count)
        for (name, value) in JSONValue(event).members {
            guard let key = Key(name), fields[key.rawValue] == nil, !value.isNull else { continue }
            fields[key.rawValue] = value
        }
        self.fields = fields
    }

    /// The exact bytes, without a line end.
    public var rawBytes: [UInt8] { event.bytes }

    /// The event as a JSON value: for fields that have no property here.
    public var json: JSONValue { JSONValue(event) }

    public static func == (left: Self, right: Self) -> Bool {
        left.position == right.position && left.event == right.event
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(position) }

    // MARK: The request

    /// The identity of the request, equal over its stages. Clients can choose it.
    public var auditID: String? { self[.auditID]?.string }
    /// `None`, `Metadata`, `Request` or `RequestResponse`.
    public var level: String? { self[.level]?.string }
    /// `RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.
    public var stage: String? { self[.stage]?.string }
    public var requestURI: String? { self[.requestURI]?.string }
    /// `get`, `list`, `create` and so on; for requests that are not about a resource the HTTP method in lower case.
    public var verb: String? { self[.verb]?.string }
    /// Who asked; failed authentication leaves an empty user.
    public var user: User? { self[.user].map(User.init) }
    /// Whom the user acted as.
    public var impersonatedUser: User? { self[.impersonatedUser].map(User.init) }
    /// All addresses that the request names, as it spells them; all but the last can be forged.
    public var sourceIPs: [String] { self[.sourceIPs]?.elements.compactMap(\.string) ?? [] }
    /// The last of ``sourceIPs``: where the connection came from. nil if that is no address.
    public var remoteIP: IPAddress? { sourceIPs.last.flatMap { IPAddress($0) } }
    /// As the client calls itself; cut at 1,024 bytes by the API server.
    public var userAgent: String? { self[.userAgent]?.string }
    /// What the request is about.
    public var object: ObjectReference? { self[.objectRef].map(ObjectReference.init) }
    /// What came back; nil at stage `RequestReceived`.
    public var response: Response? { self[.responseStatus].map(Response.init) }

    // MARK: Times

    /// When the request came to the API server.
    public var requestReceived: Instant? { self[.requestReceivedTimestamp]?.instant }
    /// When the stage was reached: the time of the event.
    public var stageTime: Instant? { self[.stageTimestamp]?.instant }
    /// ``stageTime`` less ``requestReceived``.
    public var latency: Duration? {
        guard let stageTime, let requestReceived else { return nil }
        return stageTime - requestReceived
    }

    // MARK: The rest

    /// `annotations["authorization.k8s.io/decision"]` and so on; those that are no strings are left out.
    public var annotations: [String: String] { self[.annotations]?.strings ?? [:] }
    /// The body of the request: an object, for a JSON patch an array. From level `Request` on.
    public var requestObject: JSONValue? { self[.requestObject] }
    /// The body of the response. At level `RequestResponse`.
    public var responseObject: JSONValue? { self[.responseObject] }

    private subscript(key: Key) -> JSONValue? { fields[key.rawValue] }

    private enum Key: Int, CaseIterable {
        case auditID, level, stage, requestURI, verb, user, impersonatedUser, sourceIPs, userAgent, objectRef
        case responseStatus, requestReceivedTimestamp, stageTimestamp, annotations, requestObject, responseObject

        private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })

        init?(_ name: String) {
            guard let key = Self.named[name] else { return nil }
            self = key
        }
    }
}

extension KubernetesEvent: CustomStringConvertible {
    /// The event's text.
    public var description: String { event.text }
}

extension KubernetesAudit {
    public typealias DecodedEvent = KubernetesEvent
}

extension JSONValue {
    /// The members that are strings; of equal keys the first.
    var strings: [String: String] {
        var strings: [String: String] = [:]
        for (key, value) in members where strings[key] == nil { strings[key] = value.string }
        return strings
    }
}
