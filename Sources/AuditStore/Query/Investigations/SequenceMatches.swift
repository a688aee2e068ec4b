/// An event that came soon after others, of the same user or object.
public struct SequenceMatch<Key: Sendable, Event: Sendable>: Sendable {
    /// What they have in common.
    public var key: Key
    /// The first of the events that fulfil the first condition.
    public var first: Event
    /// How many of them there were.
    public var firstCount: Int
    /// The event that fulfils the second condition.
    public var then: Event
    /// From the last of the first events to ``then``.
    public var gap: Duration
}

extension SequenceMatch: Encodable where Key: Encodable, Event: Encodable {
    private enum CodingKeys: CodingKey { case key, first, firstCount, then, gap }

    /// The gap is in seconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key, forKey: .key)
        try container.encode(first, forKey: .first)
        try container.encode(firstCount, forKey: .firstCount)
        try container.encode(then, forKey: .then)
        try container.encode(Double(gap.microseconds) / 1_000_000, forKey: .gap)
    }
}

/// Sequences of events, found in the order of their times as they are asked for.
///
/// Throws `AuditStoreError`: `.limit` if more than a million keys wait for their second event at a time, `.cancelled`, and
/// what reading the store gives.
public struct SequenceMatches<Key: Sendable, Event: DecodableEvent>: AsyncSequence, Sendable {
    public typealias Element = SequenceMatch<Key, Event>

    let scan: EventScan
    let first: Predicate
    let then: Predicate
    let within: Int64
    let keys: InvestigationKeys<Key>

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(search: SequenceSearch(self)) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let search: SequenceSearch<Key, Event>

        public mutating func next() async throws -> SequenceMatch<Key, Event>? {
            do { return try search.next() } catch { throw AuditStoreError.wrapping(error) }
        }
    }

    /// At most so many matches, in memory.
    public func collect(limit: Int = .max) async throws -> [Element] {
        var all: [Element] = []
        guard limit > 0 else { return all }
        for try await match in self {
            all.append(match)
            if all.count == limit { break }
        }
        return all
    }
}

extension EventQuery {
    /// Events that fulfil a second condition soon after others of the same user, object or whatever fulfilled a first one.
    ///
    ///     let guessed = try store.events.sequences(
    ///         first: { $0.response.code == 403 }, then: { $0.verb == "get" && $0.response.code == 200 },
    ///         within: .seconds(60)
    ///     ) { ($0.user.name, $0.object.resource) }
    ///     for try await match in guessed { print(match.key, match.firstCount, match.gap) }
    ///
    /// First events of a key that follow each other within the time are one run, and the second event that comes within the
    /// time after the last of them makes it a match; then the next match begins anew. So a hundred refusals before a success
    /// are one match with a ``SequenceMatch/firstCount`` of 100, and of a hundred successes after one refusal only the first
    /// is reported. An event can be the second one of a match and then the first one of the next. Equal times follow
    /// each other as they came in; events without a time, and those that lack a key, play no part.
    ///
    /// Memory is needed for the keys that are waiting for their second event, and for nothing else.
    ///
    /// - Parameters:
    ///   - first: the condition of the first events.
    ///   - then: the condition of the second event.
    ///   - within: the longest time from the last first event to the second.
    ///   - keys: what the events have in common. An event with a list belongs to each of its elements.
    public func sequences<each Key: GroupingKey>(
        first: (Schema.Fields) -> Condition, then: (Schema.Fields) -> Condition, within: Duration,
        by keys: (Schema.Fields) -> (repeat each Key)
    ) -> SequenceMatches<(repeat (each Key).Output), Schema.DecodedEvent> {
        SequenceMatches(
            scan: scan, first: first(Schema.fields).predicate, then: then(Schema.fields).predicate,
            within: within.microseconds, keys: Self.keys(keys))
    }

    /// The same in the text form: conditions in CEL, keys as fields.
    ///
    /// - Throws: `ExpressionError` if one of them makes no sense.
    public func sequences(
        first: String, then: String, within: Duration, by fields: [String]
    ) throws -> SequenceMatches<[EventValue?], Schema.DecodedEvent> {
        SequenceMatches(
            scan: scan, first: try Self.condition(first).predicate, then: try Self.condition(then).predicate,
            within: within.microseconds, keys: try Self.keys(fields))
    }
}
