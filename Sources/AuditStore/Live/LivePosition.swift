/// How far a live reading is: which events it has passed. It outlives processes, as text, and the seals and compactions that come in between.
///
/// It holds for the store that it is of. What passed a reading of a stream whose ``Durability`` is weaker than `.everyCommit`, or of what a writer
/// left that died and no other one has sealed yet, may be lost with the power; the places of such events go to later ones, and a reading that goes
/// on from behind them misses these.
public struct LivePosition: Sendable, Hashable, CustomStringConvertible {
    /// All that is in segments with a smaller sequence has been passed.
    package var sequence: UInt64
    /// Events of streams with a smaller number all have a smaller sequence.
    package var sealed: UInt64
    /// All events of streams with a smaller number have been passed, sealed or not.
    package var number: UInt64

    package init(sequence: UInt64 = 0, sealed: UInt64 = 0, number: UInt64 = 0) {
        self.sequence = sequence
        self.sealed = sealed
        self.number = number
    }

    /// Reads what ``description`` wrote; nil if it did not.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
        guard parts.count == 3, let sequence = parts[0], let sealed = parts[1], let number = parts[2], sealed <= number,
            sequence <= 1 << 60, number <= 1 << 60
        else { return nil }
        self.init(sequence: sequence, sealed: sealed, number: number)
    }

    public var description: String { "\(sequence).\(sealed).\(number)" }
}

/// From where on events are read live.
public enum LiveStart: Sendable, Hashable {
    /// Behind the events that the query sees: whoever has asked it misses nothing, and gets nothing twice.
    case query
    /// Behind all that is acknowledged when the reading begins.
    case now
    /// All events of the store, and then those that come.
    case beginning
    /// Behind the event at this place, and those before it.
    case behind(EventPosition)
    /// Where a former reading was.
    case position(LivePosition)
}

/// An event that was read live.
public struct LiveEvent<Decoded: DecodableEvent>: Sendable {
    /// The exact bytes.
    public let raw: Event
    /// Its place in the store. That of an event which is not sealed yet may become a later one.
    public let place: EventPosition
    /// Where to go on behind it.
    public let position: LivePosition

    /// The event as rows deliver it.
    public var event: Decoded { Decoded(raw, at: place) }
}
