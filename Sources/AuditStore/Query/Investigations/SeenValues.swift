/// A value, or a combination of values, that occurs in the events: how often, when, and in which event first.
public struct SeenValue<Key: Sendable, Event: Sendable>: Sendable {
    public var key: Key
    /// How many events have it.
    public var count: Int
    public var firstTime: Instant
    public var lastTime: Instant
    /// The earliest event that has it: who, what and from where.
    public var first: Event
}

extension SeenValue: Encodable where Key: Encodable, Event: Encodable {}

extension EventQuery {
    /// Values that occur for the first time at `time` or later: new users, new addresses, new user agents, or any combination.
    ///
    ///     let newcomers = try await store.events.firstSeen(since: yesterday) { ($0.user.name, $0.remoteIP) }
    ///
    /// The events of this query before `time` are the baseline; ``since(_:)`` limits how far it reaches back, and
    /// ``until(_:)`` ends the period that is looked at. Events without a time play no part.
    ///
    /// - Parameters:
    ///   - time: where the baseline ends and the period that is looked at begins.
    ///   - limit: at most so many values: the first ones.
    ///   - keys: the fields. An event counts once for each element of a list.
    /// - Returns: the values by their first time, equal times by the values.
    public func firstSeen<each Key: GroupingKey>(
        since time: Instant, limit: Int = 1000, _ keys: (Schema.Fields) -> (repeat each Key)
    ) async throws -> [SeenValue<(repeat (each Key).Output), Schema.DecodedEvent>] {
        try await firstSeen(since: time, limit, Self.keys(keys))
    }

    /// Values that occur for the first time at `time` or later, of fields in the text form.
    ///
    /// - Throws: `ExpressionError` if a field makes no sense.
    public func firstSeen(
        since time: Instant, by fields: [String], limit: Int = 1000
    ) async throws -> [SeenValue<[EventValue?], Schema.DecodedEvent>] {
        try await firstSeen(since: time, limit, Self.keys(fields))
    }

    private func firstSeen<Key>(
        since time: Instant, _ limit: Int, _ keys: InvestigationKeys<Key>
    ) async throws -> [SeenValue<Key, Schema.DecodedEvent>] {
        try await seen(keys, limit, by: [.aggregate(.smallest(0), .ascending)]) { $0.first >= time.microseconds }
    }

    /// Values that occur in fewer than `count` events: what is rare is often what nobody meant to happen.
    ///
    ///     let oddities = try await store.events.rare(fewerThan: 3) { ($0.user.name, $0.verb, $0.object.resource) }
    ///
    /// Events without a time play no part.
    ///
    /// - Parameters:
    ///   - count: values of so many events and more are not rare.
    ///   - limit: at most so many values: the rarest.
    ///   - keys: the fields. An event counts once for each element of a list.
    /// - Returns: the values, rarest first, equally rare ones latest first, then by the values.
    public func rare<each Key: GroupingKey>(
        fewerThan count: Int, limit: Int = 1000, _ keys: (Schema.Fields) -> (repeat each Key)
    ) async throws -> [SeenValue<(repeat (each Key).Output), Schema.DecodedEvent>] {
        try await rare(fewerThan: count, limit, Self.keys(keys))
    }

    /// Values that occur in fewer than `count` events, of fields in the text form.
    ///
    /// - Throws: `ExpressionError` if a field makes no sense.
    public func rare(
        fewerThan count: Int, by fields: [String], limit: Int = 1000
    ) async throws -> [SeenValue<[EventValue?], Schema.DecodedEvent>] {
        try await rare(fewerThan: count, limit, Self.keys(fields))
    }

    private func rare<Key>(
        fewerThan count: Int, _ limit: Int, _ keys: InvestigationKeys<Key>
    ) async throws -> [SeenValue<Key, Schema.DecodedEvent>] {
        try await seen(
            keys, limit, by: [.aggregate(.count, .ascending), .aggregate(.largest(0), .descending)]
        ) { $0.count < count }
    }

    // MARK: Groups

    /// The first combinations of keys that pass a test, of the events that have a time. They are chosen while groups are collected, so
    /// that memory is a matter of the limit and not of how many there are.
    private func seen<Key>(
        _ keys: InvestigationKeys<Key>, _ limit: Int, by order: [GroupSort.Criterion],
        where passes: (ValueGroup) -> Bool
    ) async throws -> [SeenValue<Key, Schema.DecodedEvent>] {
        var dated = scan
        dated.since = dated.since ?? absentInteger + 1
        func select(_ groups: AggregatedGroups) throws -> [Int] {
            let list = try groups.groups.filterChecking { group in
                guard let values = groups.values(of: group) else { return false }
                return passes(values) && keys.output(values.key) != nil
            }
            var sort = try GroupSort(groups, list, by: order)
            return try sort.sorted(limit: limit)
        }
        let groups = try await dated.aggregate(
            AggregationPlan(
                keys: keys.keys, fields: [scan.eventTime], aggregates: [.count, .smallest(0), .largest(0)]),
            keeping: select)
        return try seen(try select(groups).compactMap { groups.values(of: $0) }, keys)
    }

    /// Fetches the first event of each group.
    private func seen<Key>(
        _ groups: [ValueGroup], _ keys: InvestigationKeys<Key>
    ) throws -> [SeenValue<Key, Schema.DecodedEvent>] {
        do {
            var finder = FirstEvents(scan, keys: keys.keys, groups: groups)
            let events = try finder.events(of: groups)
            return zip(groups, events).compactMap { group, found in
                guard let output = keys.output(group.key), let found else { return nil }
                return SeenValue(
                    key: output, count: group.count, firstTime: Instant(microseconds: group.first),
                    lastTime: Instant(microseconds: group.last),
                    first: Schema.DecodedEvent(found.event, at: found.position))
            }
        } catch { throw AuditStoreError.wrapping(error) }
    }
}

extension AggregatedGroups {
    /// A group of events with times, by its count, its smallest and its largest time.
    fileprivate func values(of group: Int) -> ValueGroup? {
        guard case .time(let first)? = value(.smallest(0), of: group),
            case .time(let last)? = value(.largest(0), of: group)
        else { return nil }
        return ValueGroup(
            key: plan.keys.indices.map { key($0, of: group) },
            count: value(.count, of: group).flatMap(Int.init(eventValue:)) ?? 0,
            first: first.microseconds, last: last.microseconds)
    }
}

extension [EventValue?] {
    /// The order of keys upwards; absent values come last.
    func precedes(_ other: Self) -> Bool {
        for (left, right) in zip(self, other) {
            switch (left, right) {
            case (nil, nil): continue
            case (let left, nil): return left != nil
            case (nil, _): return false
            case (let left?, let right?):
                let order = left.order(to: right)
                if order != 0 { return order < 0 }
            }
        }
        return false
    }
}
