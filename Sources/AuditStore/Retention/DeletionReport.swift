/// What a deletion did, or would do.
public struct DeletionReport: Sendable, Hashable {
    /// Events that nobody sees any more.
    public var events: UInt64 = 0
    /// Bytes of their text, with a line end each. They go with the next compaction.
    public var rawBytes: UInt64 = 0
    /// Segments with such events.
    public var segments = 0
    /// Events that match and stay because of a legal hold.
    public var held: UInt64 = 0
    /// Lines in quarantine, which have no fields: no condition finds them.
    public var quarantined: UInt64 = 0
    /// The range of the deleted events' times, in microseconds since 1970.
    public var times: ClosedRange<Int64>?
}
