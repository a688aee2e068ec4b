/// An event and its neighbours in time.
public struct EventContext<Element: DecodableEvent>: Sendable {
    /// What came before, oldest first.
    public var before: [Element]
    public var event: Element
    /// What came after, oldest first.
    public var after: [Element]

    package init(before: [Element], event: Element, after: [Element]) {
        self.before = before
        self.event = event
        self.after = after
    }
}

extension EventQuery {
    /// The events of this query that lie around one of them in time: in the order of ``oldestFirst(limit:)``.
    ///
    /// - Parameters:
    ///   - time: the time of the event; nil if it has none.
    ///   - position: the place of the event.
    ///   - before, after: at most so many.
    package func neighbours(
        ofTime time: Instant?, position: EventPosition, before: Int, after: Int
    ) async throws -> (before: [Schema.DecodedEvent], after: [Schema.DecodedEvent]) {
        func sequence(_ order: EventOrder, _ limit: Int) -> EventSequence<Schema.DecodedEvent> {
            let place = position.sequence
            var scan = scan
            // Backwards, events without a time would come after the first event.
            if order == .newest { scan.since = scan.since ?? absentInteger + 1 }
            return EventSequence(
                scan: scan, order: order, limit: limit,
                start: TimedRow(
                    rank: order.rank(time?.microseconds ?? absentInteger, place),
                    sequenceRank: order == .newest ? ~place : place, segment: 0, group: 0, row: 0))
        }
        let earlier: [Schema.DecodedEvent]
        if time == nil {
            // Events without a time come last in both orders: what is before one of them cannot be asked for backwards.
            earlier = []
        } else {
            earlier = try await sequence(.newest, before).collect().reversed()
        }
        return (earlier, try await sequence(.oldest, after).collect())
    }
}
