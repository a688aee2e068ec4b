/// The events that a question is about; nothing is read until it is asked.
///
///     let refused = try await store.events
///         .during(lastMonth)
///         .where { $0.response.code == 403 && !$0.remoteIP.isContained(in: privateNetworks) }
///         .group { ($0.user.name, $0.requestReceived.bucket(.hours(1))) }
///         .aggregate(.count, .distinct(\.remoteIP))
///         .top(20, by: \.0)
///     for ((user, hour), (count, addresses)) in refused { … }
///
/// A query sees the events that were in the store when it was made.
public struct EventQuery<Schema: AuditSchema>: Sendable {
    package var scan: EventScan
    /// In which live reading goes on; nil for a query of a snapshot alone.
    let store: StoreCore?

    package init(_ snapshot: Snapshot, schema: Schema.Type = Schema.self, store: StoreCore? = nil) {
        self.store = store
        scan = EventScan(snapshot, schema: Schema.description)
    }

    /// Only events whose time is in the range.
    public func during(_ range: Range<Instant>) -> Self {
        since(range.lowerBound).until(range.upperBound)
    }

    /// Only events at this time or later.
    public func since(_ time: Instant) -> Self {
        var query = self
        query.scan.since = max(time.microseconds, scan.since ?? .min)
        return query
    }

    /// Only events before this time.
    public func until(_ time: Instant) -> Self {
        var query = self
        query.scan.until = min(time.microseconds, scan.until ?? .max)
        return query
    }

    /// Only events that fulfil the condition, and those of earlier `where`s.
    ///
    /// - Throws: what the closure throws, such as a regular expression that is malformed; nothing if it throws nothing.
    public func `where`<Failure: Error>(
        _ condition: (Schema.Fields) throws(Failure) -> Condition
    ) throws(Failure) -> Self {
        var query = self
        let predicate = try condition(Schema.fields).predicate
        if case .constant(true) = scan.predicate {
            query.scan.predicate = predicate
        } else {
            query.scan.predicate = .and([scan.predicate, predicate])
        }
        return query
    }

    /// At most so many row groups are worked on at the same time. The default is one a processor; the answer is the same.
    public func threads(_ count: Int) -> Self {
        var query = self
        query.scan.threads = count
        return query
    }

    /// How many events there are.
    public func count() async throws -> Int {
        try await aggregate(.count)
    }

    /// Groups the events by one key or several.
    public func group<each Key: GroupingKey>(
        _ keys: (Schema.Fields) -> (repeat each Key)
    ) -> GroupedEvents<Schema, repeat each Key> {
        var descriptions: [AggregationPlan.Key] = []
        let all = keys(Schema.fields)
        repeat descriptions.append((each all).description.key)
        return GroupedEvents(scan: scan, keys: descriptions)
    }

    /// Aggregates all events as one group.
    public func aggregate<each Value: Sendable>(
        _ aggregates: repeat Aggregate<Schema.Fields, each Value>
    ) async throws -> (repeat each Value) {
        let (plan, kinds) = Self.plan([], repeat each aggregates)
        let groups = try await scan.aggregate(plan)
        var next = 0
        func value<V>(_ aggregate: Aggregate<Schema.Fields, V>) -> V {
            defer { next += 1 }
            return aggregate.output(groups.result(kinds[next], of: 0))
        }
        return (repeat value(each aggregates))
    }

    static func plan<each Value: Sendable>(
        _ keys: [AggregationPlan.Key], _ aggregates: repeat Aggregate<Schema.Fields, each Value>
    ) -> (plan: AggregationPlan, kinds: [AggregateKind]) {
        var known: [AnyKeyPath: Int] = [:]
        var references: [FieldReference] = []
        var kinds: [AggregateKind] = []
        let fields = Schema.fields
        repeat kinds.append((each aggregates).add(fields, &known, &references))
        return (AggregationPlan(keys: keys, fields: references, aggregates: kinds), kinds)
    }
}
