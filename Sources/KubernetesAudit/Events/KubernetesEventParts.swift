public import AuditStore

extension KubernetesEvent {
    /// A user as the API server knows it.
    public struct User: Sendable, Hashable {
        public let json: JSONValue

        public var name: String? { json["username"]?.string }
        public var uid: String? { json["uid"]?.string }
        public var groups: [String] { json["groups"]?.elements.compactMap(\.string) ?? [] }
        /// `extra["authentication.kubernetes.io/pod-name"]` and so on.
        public var extra: [String: [String]] {
            var extra: [String: [String]] = [:]
            guard let members = json["extra"]?.members else { return [:] }
            for (key, value) in members where extra[key] == nil {
                extra[key] = value.elements.compactMap(\.string)
            }
            return extra
        }
        /// What kind of user it is, by its name.
        public var kind: UserKind? { name.map { UserKind(userName: $0) } }
    }

    /// What a request is about (`objectRef`).
    public struct ObjectReference: Sendable, Hashable {
        public let json: JSONValue

        /// In the plural: `pods`.
        public var resource: String? { json["resource"]?.string }
        public var subresource: String? { json["subresource"]?.string }
        public var namespace: String? { json["namespace"]?.string }
        public var name: String? { json["name"]?.string }
        public var uid: String? { json["uid"]?.string }
        public var apiGroup: String? { json["apiGroup"]?.string }
        public var apiVersion: String? { json["apiVersion"]?.string }
        public var resourceVersion: String? { json["resourceVersion"]?.string }

        /// `pods/exec payments-prod/api-0`, as far as it is known.
        public var text: String {
            let what = [resource, subresource].compactMap { $0 }.joined(separator: "/")
            let which = [namespace, name].compactMap { $0 }.joined(separator: "/")
            return which.isEmpty ? what : "\(what) \(which)"
        }
    }

    /// What came back (`responseStatus`).
    public struct Response: Sendable, Hashable {
        public let json: JSONValue

        /// The HTTP status.
        public var code: Int? { json["code"]?.int }
        /// `Success` or `Failure`, mostly absent.
        public var status: String? { json["status"]?.string }
        public var reason: String? { json["reason"]?.string }
        public var message: String? { json["message"]?.string }
    }
}
