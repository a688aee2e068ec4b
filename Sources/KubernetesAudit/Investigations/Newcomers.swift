public import AuditStore

/// Something that was never seen before.
public struct Newcomer: Sendable, Encodable {
    public enum Kind: String, Sendable, Encodable, CaseIterable {
        case user
        /// ``KubernetesFields/remoteIP``
        case address
        case userAgent
        /// A container image without its tag and digest: a new version is usual, a new image is not.
        case image
    }

    public var kind: Kind
    public var value: String
    /// How many events have it.
    public var count: Int
    public var firstTime: Instant
    public var lastTime: Instant
    /// The earliest event that has it.
    public var first: KubernetesEvent
}

extension EventQuery where Schema == KubernetesAudit {
    /// Users, addresses, user agents and container images that occur for the first time at `time` or later.
    ///
    /// The events of this query before `time` are the baseline, see ``firstSeen(since:limit:_:)``, which asks the same of
    /// any fields.
    ///
    /// - Parameter limit: at most so many of each kind.
    /// - Returns: by kind, then by their first time.
    public func newcomers(since time: Instant, limit: Int = 1000) async throws -> [Newcomer] {
        var all: [Newcomer] = []
        func add(_ kind: Newcomer.Kind, _ values: [SeenValue<String, KubernetesEvent>]) {
            all += values.map {
                Newcomer(
                    kind: kind, value: $0.key, count: $0.count, firstTime: $0.firstTime, lastTime: $0.lastTime,
                    first: $0.first)
            }
        }
        add(.user, try await firstSeen(since: time, limit: limit) { $0.user.name })
        add(.address, try await firstSeen(since: time, limit: limit) { $0.remoteIP.map(\.description) })
        add(.userAgent, try await firstSeen(since: time, limit: limit) { $0.userAgent })
        // Who reports the status of an object sends its specification along, and did not choose the image.
        let requests = self.where { !($0.object.subresource == "status") }
        add(
            .image,
            try await requests.firstSeen(since: time, limit: limit) { $0.images.map(Images.repositories).elements() })
        return all
    }
}
