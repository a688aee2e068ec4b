/// An event as rows deliver it: made from the exact bytes, whatever they hold.
public protocol DecodableEvent: Sendable {
    /// - Parameters:
    ///   - event: the bytes. They are a JSON object, and nothing else is known of them.
    ///   - position: the event's place in the store.
    init(_ event: Event, at position: EventPosition)
}

/// The place of an event in the order in which events came in. It stays the same for as long as the store keeps the event.
public struct EventPosition: Sendable, Hashable, Comparable {
    /// 0 for the first event that ever came in, then upwards.
    public let sequence: UInt64

    package init(sequence: UInt64) { self.sequence = sequence }

    public static func < (left: Self, right: Self) -> Bool { left.sequence < right.sequence }
}

extension Event: DecodableEvent {
    public init(_ event: Event, at position: EventPosition) { self = event }
}
