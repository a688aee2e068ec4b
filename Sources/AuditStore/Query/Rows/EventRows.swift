import SegmentFormat

extension EventScan {
    /// Delivers the events that match, one after the other, each the exact bytes it came in as.
    ///
    /// - Parameter body: gets bytes that are valid during the call.
    package func forEachEvent(
        order: EventOrder, limit: Int?, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        do {
            switch order {
            case .ingest:
                try forEachInIngestOrder(limit: limit ?? .max) { bytes, _ in
                    try body(bytes)
                    return true
                }
            case .oldest, .newest:
                var cursor = EventCursor(self, order: order, limit: limit)
                while try cursor.withNext({ bytes, _ in try body(bytes) }) != nil {}
            }
        } catch { throw AuditStoreError.wrapping(error) }
    }
}

extension EventQuery {
    /// Delivers the events that match, one after the other, each the exact bytes it came in as, without a line end.
    ///
    /// - Parameters:
    ///   - limit: at most so many; nil for all.
    ///   - body: gets bytes that are valid during the call.
    public func forEachEvent(
        order: EventOrder = .ingest, limit: Int? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try scan.forEachEvent(order: order, limit: limit, body)
    }

    /// The events that match, as values. For many events ``forEachEvent(order:limit:_:)`` needs less memory.
    public func events(order: EventOrder = .ingest, limit: Int? = nil) async throws -> [Event] {
        var events: [Event] = []
        try forEachEvent(order: order, limit: limit) { events.append(Event(bytes: Array($0))) }
        return events
    }
}

/// An event as it came in.
public struct Event: Sendable, Hashable {
    /// The exact bytes, without a line end.
    public let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes as text; what is no UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
