public import AuditStore

/// A record of CloudTrail, as the rows of a query have it.
///
/// The exact bytes are kept, and fields are decoded from them when they are asked for. A field that is absent, `null`, or of another
/// type than CloudTrail gives it is nil; nothing that a record holds is an error.
public struct CloudTrailEvent: DecodableEvent, Hashable {
    /// The record as it came in.
    public let event: Event
    /// Its place in the store.
    public let position: EventPosition
    /// The record as a JSON value: for fields that have no property here.
    public var json: JSONValue { JSONValue(event) }

    public init(_ event: Event, at position: EventPosition) {
        self.event = event
        self.position = position
    }

    /// The exact bytes, without a line end.
    public var rawBytes: [UInt8] { event.bytes }

    public var eventTime: Instant? { json["eventTime"]?.instant }
    public var eventID: String? { string("eventID") }
    public var eventName: String? { string("eventName") }
    public var eventSource: String? { string("eventSource") }
    /// ``eventSource`` without `.amazonaws.com`.
    public var service: String? { eventSource.map(CloudTrailNames.service) }
    public var eventType: String? { string("eventType") }
    public var region: String? { string("awsRegion") }
    /// Who asked; absent in some events of services.
    public var user: User? { json["userIdentity"].map(User.init) }
    /// An address, or the name of a service.
    public var sourceIPAddress: String? { string("sourceIPAddress") }
    public var remoteIP: IPAddress? { sourceIPAddress.flatMap { IPAddress($0) } }
    public var userAgent: String? { string("userAgent") }
    public var errorCode: String? { string("errorCode") }
    public var errorMessage: String? { string("errorMessage") }
    public var isReadOnly: Bool? { json["readOnly"]?.bool }
    public var requestParameters: JSONValue? { value("requestParameters") }
    public var responseElements: JSONValue? { value("responseElements") }
    public var additionalEventData: JSONValue? { value("additionalEventData") }
    /// ARNs of what was accessed.
    public var resourceARNs: [String] { json["resources"]?.elements.compactMap { $0["ARN"]?.string } ?? [] }
    public var requestID: String? { string("requestID") }
    public var recipientAccountID: String? { string("recipientAccountId") }

    private func string(_ key: String) -> String? { json[key]?.string }
    private func value(_ key: String) -> JSONValue? { json[key].flatMap { $0.isNull ? nil : $0 } }

    /// `userIdentity`
    public struct User: Sendable, Hashable {
        public let json: JSONValue

        public var type: String? { json["type"]?.string }
        public var kind: CloudTrailUserKind? { type.map { CloudTrailUserKind(type: $0) } }
        public var arn: String? { json["arn"]?.string }
        /// The name within the account, from the ARN.
        public var name: String? { arn.flatMap(CloudTrailNames.userName) }
        public var accountID: String? { json["accountId"]?.string }
        public var principalID: String? { json["principalId"]?.string }
        public var userName: String? { json["userName"]?.string }
        public var accessKeyID: String? { json["accessKeyId"]?.string }
        /// The service that acted for the user.
        public var invokedBy: String? { json["invokedBy"]?.string }
        /// `sessionContext`
        public var session: JSONValue? { json["sessionContext"] }
    }
}

extension CloudTrailEvent: CustomStringConvertible {
    /// The record's text.
    public var description: String { event.text }
}

extension CloudTrailAudit {
    public typealias DecodedEvent = CloudTrailEvent
}
