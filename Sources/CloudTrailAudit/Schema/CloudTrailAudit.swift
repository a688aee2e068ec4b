public import AuditStore

/// The records of AWS CloudTrail: management, data, Insights and network activity events.
///
///     let store = try await AuditStore(at: "/var/lib/cloudtrail", schema: CloudTrailAudit.self)
///     try await store.ingest(files: ["AWSLogs/123456789012/CloudTrail"])
///     let refused = try await store.events.where { $0.isRefused }.group { ($0.user.name, $0.service) }.aggregate(.count)
///
/// The event's time is `eventTime`, and its identity `eventID`. Source: "CloudTrail record contents" in the AWS CloudTrail User Guide.
public enum CloudTrailAudit: AuditSchema {
    public static let fields = CloudTrailFields()

    public static let description = SchemaDescription(
        name: "cloudtrail.amazonaws.com", time: .rfc3339(fields.eventTime),
        times: [.rfc3339(fields.user.session.created)], identity: [fields.eventID],
        uuids: [fields.eventID, fields.requestID, fields.sharedEventID],
        bodies: [
            fields.requestParameters, fields.responseElements, fields.additionalEventData, fields.serviceEventDetails,
            fields.insightDetails,
        ],
        lists: ["Records"],
        usual: [
            fields.eventName, fields.eventSource, fields.errorCode, fields.user.arn, fields.user.type,
            fields.user.userName, fields.region, fields.sourceIPAddress, fields.userAgent, fields.isReadOnly,
            fields.recipientAccountID, fields.eventType, fields.eventTime, fields.eventID, fields.errorMessage,
            fields.user.accountID, fields.user.principalID, fields.user.accessKeyID, fields.user.invokedBy,
            fields.user.session.issuer.arn, fields.user.session.issuer.userName, fields.user.session.mfaAuthenticated,
            fields.user.session.created, fields.user.session.sourceIdentity, fields.resources,
            fields.requestParameters, fields.responseElements, fields.additionalEventData, fields.requestID,
            fields.isManagementEvent, fields.eventCategory, fields.vpcEndpointID, fields.tls.version,
            fields.tls.cipherSuite, fields.tls.host, fields.sharedEventID, fields.eventVersion, fields.apiVersion,
            fields.serviceEventDetails, fields.insightDetails,
        ],
        derived: [
            "user.name": fields.user.name, "user.kind": fields.user.kind,
            "user.mfa": fields.user.session.hasMFA, "service": fields.service,
            "remoteIP": fields.remoteIP, "callingService": fields.callingService,
            "userAgent.product": fields.userAgentProduct, "isRefused": fields.wasRefused,
        ])
}
