import AuditStore

/// The fields that Kubernetes' events do not have as such.
enum KubernetesDerived {
    static let userName = FieldReference(keys: ["user", "username"])
    static let userAgent = FieldReference(keys: ["userAgent"])

    /// `stageTimestamp` less `requestReceivedTimestamp`.
    static let latency = FieldReference(.difference(KubernetesPath.stageTime, KubernetesPath.requestReceived))

    /// The last of `sourceIPs`: the only one that a client cannot forge.
    static let remoteIP = FieldReference(keys: ["sourceIPs"]).mapped { value in
        guard case .list(let addresses) = value else { return nil }
        return addresses.last
    }

    static let userKind = onText(userName) { UserKind(userName: $0).rawValue }
    static let userNamespace = onText(userName) { UserKind.serviceAccount(of: $0)?.namespace }
    static let serviceAccount = onText(userName) { UserKind.serviceAccount(of: $0)?.name }
    static let product = onText(userAgent) { userAgentProduct($0) }

    /// Whether the stage is the last one of its request.
    static let isTerminal = FieldReference(keys: ["stage"]).mapped { value in
        guard case .string(let stage) = value else { return nil }
        return .bool(stage == "ResponseComplete" || stage == "Panic")
    }

    static let all: [DerivedField] = [
        DerivedField("latency", latency), DerivedField("remoteIP", remoteIP), DerivedField("user.kind", userKind),
        DerivedField("user.namespace", userNamespace), DerivedField("user.serviceaccount", serviceAccount),
        DerivedField("userAgent.product", product), DerivedField("isTerminal", isTerminal),
        DerivedField("images", images),
    ]

    private static func onText(
        _ field: FieldReference, _ function: @escaping @Sendable (String) -> String?
    ) -> FieldReference {
        field.mapped { value in
            guard case .string(let text) = value else { return nil }
            return function(text).map { .string($0) }
        }
    }

    /// What stands before the first `/`, blank or `(` of a user agent: `kubectl` of `kubectl/v1.29.0 (linux/amd64)`.
    static func userAgentProduct(_ userAgent: String) -> String {
        String(decoding: userAgent.utf8.prefix { $0 != 0x2f && $0 != 0x20 && $0 != 0x28 }, as: UTF8.self)
    }
}
