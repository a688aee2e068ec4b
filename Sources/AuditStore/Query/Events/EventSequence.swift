/// Events in an order, one after the other, as they are asked for.
///
///     for try await event in try store.events.where({ $0.verb == "delete" }).newestFirst() {
///         print(event.user?.name ?? "?", event.requestURI ?? "")
///         if seenEnough { break }
///     }
///
/// Nothing is read before the first event is asked for, and little more than what is asked for: a slow reader slows the
/// reading, and memory does not grow with the number of events. Each iteration starts from the first event.
///
/// Throws `AuditStoreError`: `.cancelled` soon after its task was cancelled; `.corrupt` or `.io` if the store cannot be read.
public struct EventSequence<Element: DecodableEvent>: AsyncSequence, Sendable {
    let scan: EventScan
    let order: EventOrder
    let limit: Int?
    var start: TimedRow?

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(cursor: CursorBox(EventCursor(scan, order: order, limit: limit, after: start)))
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// Shared by copies of the iterator, which is how they go on from each other.
        fileprivate let cursor: CursorBox

        public mutating func next() async throws -> Element? {
            do {
                return try cursor.value.withNext { Element(Event(bytes: Array($0)), at: $1) }
            } catch { throw AuditStoreError.wrapping(error) }
        }
    }

    /// All events of the sequence, in memory.
    public func collect() async throws -> [Element] {
        var all: [Element] = []
        for try await element in self { all.append(element) }
        return all
    }
}

extension EventQuery {
    /// The events that match, by time downwards; of equal times the one that came in last is first, events without a time
    /// are last.
    ///
    /// - Parameter limit: at most so many; nil for all.
    public func newestFirst(limit: Int? = nil) -> EventSequence<Schema.DecodedEvent> {
        EventSequence(scan: scan, order: .newest, limit: limit)
    }

    /// The events that match, by time upwards; equal times in the order they came in, events without a time last.
    ///
    /// - Parameter limit: at most so many; nil for all.
    public func oldestFirst(limit: Int? = nil) -> EventSequence<Schema.DecodedEvent> {
        EventSequence(scan: scan, order: .oldest, limit: limit)
    }

    /// The events that match, as they came in.
    ///
    /// - Parameter limit: at most so many; nil for all.
    public func inIngestOrder(limit: Int? = nil) -> EventSequence<Schema.DecodedEvent> {
        EventSequence(scan: scan, order: .ingest, limit: limit)
    }
}

private final class CursorBox {
    var value: EventCursor
    init(_ value: consuming EventCursor) { self.value = value }
}
