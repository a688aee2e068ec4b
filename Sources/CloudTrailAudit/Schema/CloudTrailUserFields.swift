public import AuditStore

/// The fields of `userIdentity`.
public struct CloudTrailUserFields: Sendable {
    /// As CloudTrail has it: `IAMUser`, `AssumedRole`, `Root`.
    public let type = Field<String>("userIdentity", "type")
    /// What kind of user that is. `user.kind` in the text form.
    public var kind: Field<CloudTrailUserKind> { type.map { CloudTrailUserKind(type: $0) } }
    public let arn = Field<String>("userIdentity", "arn")
    /// The name within the account, from the ARN: `alice`, `role/session` of an assumed role, `root`. `user.name` in the text form.
    public var name: Field<String> { arn.map(CloudTrailNames.userName) }
    public let accountID = Field<String>("userIdentity", "accountId")
    public let principalID = Field<String>("userIdentity", "principalId")
    /// The name as the event has it: of IAM users only.
    public let userName = Field<String>("userIdentity", "userName")
    public let accessKeyID = Field<String>("userIdentity", "accessKeyId")
    /// The service that acted for the user.
    public let invokedBy = Field<String>("userIdentity", "invokedBy")
    /// Of temporary credentials.
    public let session = CloudTrailSessionFields()
}

/// The fields of `userIdentity.sessionContext`.
public struct CloudTrailSessionFields: Sendable {
    /// Who gave the credentials.
    public let issuer = CloudTrailIssuerFields()
    /// `attributes.mfaAuthenticated`: `true` or `false`, as text.
    public let mfaAuthenticated = Field<String>("userIdentity", "sessionContext", "attributes", "mfaAuthenticated")
    /// Whether the credentials were got with a second factor. `user.mfa` in the text form.
    public var hasMFA: Field<Bool> { mfaAuthenticated.map { $0 == "true" } }
    /// `attributes.creationDate`
    public let created = Field<Instant>("userIdentity", "sessionContext", "attributes", "creationDate")
    public let sourceIdentity = Field<String>("userIdentity", "sessionContext", "sourceIdentity")
}

/// The fields of `userIdentity.sessionContext.sessionIssuer`.
public struct CloudTrailIssuerFields: Sendable {
    public let type = Field<String>("userIdentity", "sessionContext", "sessionIssuer", "type")
    public let arn = Field<String>("userIdentity", "sessionContext", "sessionIssuer", "arn")
    public let accountID = Field<String>("userIdentity", "sessionContext", "sessionIssuer", "accountId")
    public let principalID = Field<String>("userIdentity", "sessionContext", "sessionIssuer", "principalId")
    public let userName = Field<String>("userIdentity", "sessionContext", "sessionIssuer", "userName")
}

/// What kind of user made a request, by `userIdentity.type`.
public enum CloudTrailUserKind: String, Sendable, CaseIterable {
    /// The owner of an account.
    case root
    /// An IAM user.
    case user
    /// A session of a role.
    case role
    /// Somebody whom another directory knows: by SAML, OpenID Connect, IAM Identity Center, or a federation token.
    case federated
    /// A service of AWS.
    case service
    /// Another account.
    case account
    case other

    public init(type: String) {
        switch type {
        case "Root": self = .root
        case "IAMUser": self = .user
        case "AssumedRole", "Role": self = .role
        case "FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser", "Directory": self = .federated
        case "AWSService": self = .service
        case "AWSAccount": self = .account
        default: self = .other
        }
    }
}

extension CloudTrailUserKind: FieldValue {
    public init?(eventValue: EventValue) {
        guard case .string(let name) = eventValue else { return nil }
        self.init(rawValue: name)
    }

    public var eventValue: EventValue { .string(rawValue) }
}
