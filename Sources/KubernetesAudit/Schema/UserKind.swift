public import AuditStore

/// What kind of user a name belongs to, by Kubernetes' prefixes.
public enum UserKind: String, Sendable, CaseIterable {
    case serviceAccount = "serviceaccount"
    case node
    /// A part of the control plane: any other name that begins with `system:`.
    case system
    /// `system:anonymous`: not authenticated.
    case anonymous
    /// Anybody else: people, and whatever has a certificate or token of its own.
    case user

    public init(userName: String) {
        if Self.serviceAccount(of: userName) != nil || userName.hasPrefix("system:serviceaccount:") {
            self = .serviceAccount
        } else if userName.hasPrefix("system:node:") {
            self = .node
        } else if userName == "system:anonymous" {
            self = .anonymous
        } else {
            self = userName.hasPrefix("system:") ? .system : .user
        }
    }

    /// The parts of `system:serviceaccount:NAMESPACE:NAME`.
    static func serviceAccount(of userName: String) -> (namespace: String, name: String)? {
        guard userName.hasPrefix("system:serviceaccount:") else { return nil }
        let parts = userName.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, !parts[2].isEmpty, !parts[3].isEmpty else { return nil }
        return (String(parts[2]), String(parts[3]))
    }
}

extension UserKind: FieldValue {
    public init?(eventValue: EventValue) {
        guard case .string(let name) = eventValue else { return nil }
        self.init(rawValue: name)
    }

    public var eventValue: EventValue { .string(rawValue) }
}
