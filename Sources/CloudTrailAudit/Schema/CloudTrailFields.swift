public import AuditStore

/// The fields of CloudTrail's records.
///
/// Fields that some records lack are absent there: see ``Condition`` for what that means.
public struct CloudTrailFields: Sendable {
    init() {}

    /// When the request was completed, to the second: the time of the event, which decides its partition.
    public let eventTime = Field<Instant>("eventTime")
    /// A UUID of its own for each event.
    public let eventID = Field<String>("eventID")
    /// The action: `GetObject`, `ConsoleLogin`.
    public let eventName = Field<String>("eventName")
    /// The service, as a host name: `s3.amazonaws.com`.
    public let eventSource = Field<String>("eventSource")
    /// ``eventSource`` without `.amazonaws.com`: `s3`. `service` in the text form.
    public var service: Field<String> { eventSource.map(CloudTrailNames.service) }
    /// `AwsApiCall`, `AwsServiceEvent`, `AwsConsoleAction`, `AwsConsoleSignIn`, `AwsVpceEvents`, `AwsCloudTrailInsight`.
    public let eventType = Field<String>("eventType")
    /// `Management`, `Data`, `Insight` or `NetworkActivity`.
    public let eventCategory = Field<String>("eventCategory")
    public let eventVersion = Field<String>("eventVersion")
    /// `awsRegion`
    public let region = Field<String>("awsRegion")
    /// Who asked (`userIdentity`).
    public let user = CloudTrailUserFields()
    /// Where the request came from: an address, or the name of the service that made it (`cloudformation.amazonaws.com`, `AWS Internal`).
    public let sourceIPAddress = Field<String>("sourceIPAddress")
    /// ``sourceIPAddress`` where it is an address.
    public var remoteIP: Field<IPAddress> { sourceIPAddress.map { IPAddress($0) } }
    /// ``sourceIPAddress`` where it is none: the service that made the request.
    public var callingService: Field<String> { sourceIPAddress.map { IPAddress($0) == nil ? $0 : nil } }
    public let userAgent = Field<String>("userAgent")
    /// The user agent up to the first `/`, blank or parenthesis, without the bracket that the console puts around its own.
    public var userAgentProduct: Field<String> { userAgent.map(CloudTrailNames.product) }
    /// Why the service did not do it: `AccessDenied`. Absent where it did.
    public let errorCode = Field<String>("errorCode")
    public let errorMessage = Field<String>("errorMessage")
    /// Whether an error says that the caller may not do that; absent without an error. `isRefused` in the text form.
    public var wasRefused: Field<Bool> { errorCode.map(CloudTrailNames.isRefusal) }
    /// Only events that were refused because the caller may not do that.
    public var isRefused: Condition { wasRefused == true }
    /// `readOnly`
    public let isReadOnly = Field<Bool>("readOnly")
    /// `managementEvent`
    public let isManagementEvent = Field<Bool>("managementEvent")
    /// What the client sent; its members depend on the action.
    public let requestParameters = JSONPath("requestParameters")
    /// What came back of actions that change something.
    public let responseElements = JSONPath("responseElements")
    /// What the service adds: `additionalEventData.MFAUsed` of a login.
    public let additionalEventData = JSONPath("additionalEventData")
    /// What happened in an event that no request caused.
    public let serviceEventDetails = JSONPath("serviceEventDetails")
    /// Of an Insights event.
    public let insightDetails = JSONPath("insightDetails")
    /// What was accessed: a list of objects with `ARN`, `accountId` and `type`.
    public let resources = JSONPath("resources")
    /// The service's own identity of the request; a UUID for most services.
    public let requestID = Field<String>("requestID")
    /// Equal in the events of one action that several accounts get.
    public let sharedEventID = Field<String>("sharedEventID")
    /// The account that the event was delivered to.
    public let recipientAccountID = Field<String>("recipientAccountId")
    public let vpcEndpointID = Field<String>("vpcEndpointId")
    public let apiVersion = Field<String>("apiVersion")
    /// `tlsDetails`
    public let tls = CloudTrailTLSFields()
    /// Any other path: `$0["addendum"]["reason"].string`.
    public subscript(key: String) -> JSONPath { JSONPath(key) }
    /// The event's whole text.
    public var raw: Field<String> { .raw }
    /// The name of the source that was given when the event came in.
    public var source: Field<String> { .source }
}

/// The fields of `tlsDetails`.
public struct CloudTrailTLSFields: Sendable {
    public let version = Field<String>("tlsDetails", "tlsVersion")
    public let cipherSuite = Field<String>("tlsDetails", "cipherSuite")
    /// The host name that the client asked for.
    public let host = Field<String>("tlsDetails", "clientProvidedHostHeader")
}
