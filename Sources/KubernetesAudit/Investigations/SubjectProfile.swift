public import AuditStore

/// What one user did, one event a request (``KubernetesFields/isOutcome``).
public struct SubjectProfile: Sendable, Encodable {
    /// The most frequent values of a field among the user's requests.
    public struct Section: Sendable, Encodable {
        /// The most frequent first, equally frequent ones by the value; hours in their order.
        public var values: [Value]
        /// How many values there are, those left out included.
        public var distinct: Int
    }

    public struct Value: Sendable, Encodable, Hashable {
        public var value: String
        public var count: Int
        /// How often it was in the baseline; nil if there is none.
        public var baselineCount: Int?
        /// Whether it was never in the baseline; false if there is none.
        public var isNew: Bool { baselineCount == 0 }
    }

    public var user: String
    public var requests: Int
    /// Requests of the user in the baseline; nil if there is none.
    public var baselineRequests: Int?
    /// Answers 401 and 403.
    public var refusedRequests: Int
    /// nil if there is no request.
    public var firstTime: Instant?
    public var lastTime: Instant?
    public var verbs: Section
    /// With the subresource: `pods/exec`.
    public var resources: Section
    public var namespaces: Section
    /// ``KubernetesFields/remoteIP``
    public var addresses: Section
    public var userAgents: Section
    /// `00` to `23`, in UTC.
    public var hours: Section
    public var codes: Section
    /// What was refused: `list secrets`.
    public var refusals: Section
    /// Whom the user acted as.
    public var impersonated: Section
}

extension EventQuery where Schema == KubernetesAudit {
    /// What a user did, and what of that is new.
    ///
    ///     let profile = try await store.events.since(yesterday)
    ///         .profile(of: "alice", baseline: monthBefore..<yesterday)
    ///     for resource in profile.resources.values where resource.isNew { print(resource.value) }
    ///
    /// - Parameters:
    ///   - user: the name.
    ///   - baseline: what the user did at these times is compared with; it may lie outside of the times of this query, to whose
    ///     other conditions it is held. nil for no comparison.
    ///   - limit: at most so many values of each section. Whether a value is new is known of all.
    public func profile(
        of user: String, baseline: Range<Instant>? = nil, limit: Int = 20
    ) async throws -> SubjectProfile {
        let requests = self.where { $0.user.name == user && $0.isOutcome }
        let before = baseline.map { requests.atAnyTime().during($0) }
        let (count, first, last) = try await requests.aggregate(.count, .min(\.stageTime), .max(\.stageTime))
        func section(
            limit: Int = limit, _ values: (Self) async throws -> [(String, Int)]
        ) async throws -> SubjectProfile.Section {
            let known = try await before.asyncMap { Dictionary(try await values($0), uniquingKeysWith: +) }
            let all = try await values(requests)
            return SubjectProfile.Section(
                values: all.prefix(limit).map { value, count in
                    SubjectProfile.Value(value: value, count: count, baselineCount: known.map { $0[value] ?? 0 })
                }, distinct: all.count)
        }
        func refused(_ query: Self) -> Self { query.where { $0.response.code.isIn([401, 403]) } }
        return SubjectProfile(
            user: user, requests: count, baselineRequests: try await before.asyncMap { try await $0.count() },
            refusedRequests: try await refused(requests).count(), firstTime: first, lastTime: last,
            verbs: try await section { try await $0.group { $0.verb }.aggregate(.count).top(.max).map { ($0, $1) } },
            resources: try await section {
                let rows = try await $0.group { ($0.object.resource, $0.object.subresource.optional) }
                    .aggregate(.count).top(.max)
                return rows.map { (Self.joined($0.key), $0.value) }
            },
            namespaces: try await section {
                try await $0.group { $0.object.namespace }.aggregate(.count).top(.max).map { ($0, $1) }
            },
            addresses: try await section {
                try await $0.group { $0.remoteIP }.aggregate(.count).top(.max).map { ("\($0)", $1) }
            },
            userAgents: try await section {
                try await $0.group { $0.userAgent }.aggregate(.count).top(.max).map { ($0, $1) }
            },
            hours: try await section(limit: 24) { try await Self.hours($0) },
            codes: try await section {
                try await $0.group { $0.response.code }.aggregate(.count).top(.max).map { ("\($0)", $1) }
            },
            refusals: try await section {
                let rows = try await refused($0)
                    .group { ($0.verb.optional, $0.object.resource.optional, $0.object.subresource.optional) }
                    .aggregate(.count).top(.max)
                return rows.map { row in
                    let what = row.key.1.map { Self.joined(($0, row.key.2)) }
                    return ([row.key.0, what].compactMap { $0 }.joined(separator: " "), row.value)
                }
            },
            impersonated: try await section {
                try await $0.group { $0.impersonatedUser.name }.aggregate(.count).top(.max).map { ($0, $1) }
            })
    }

    private static func joined(_ resource: (String, String?)) -> String {
        resource.1.map { "\(resource.0)/\($0)" } ?? resource.0
    }

    /// Requests by the hour of the day, in the order of the hours.
    private static func hours(_ query: Self) async throws -> [(String, Int)] {
        var hours = [Int](repeating: 0, count: 24)
        for (time, count) in try await query.group({ $0.stageTime.bucket(.hours(1)) }).aggregate(.count).rows() {
            let hour = time.microseconds / 3_600_000_000 % 24
            hours[Int(hour < 0 ? hour + 24 : hour)] += count
        }
        return hours.indices.filter { hours[$0] > 0 }.map { ($0 < 10 ? "0\($0)" : "\($0)", hours[$0]) }
    }
}

extension Optional {
    fileprivate func asyncMap<New>(_ transform: (Wrapped) async throws -> New) async rethrows -> New? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
