/// A row of the store, with what decides its place in an order by time.
struct TimedRow: Sendable {
    /// The time, or its counterpart for the newest first, so that smaller is always earlier in the answer.
    var rank: Int64
    var sequenceRank: UInt64
    var segment: Int32
    var group: Int32
    var row: UInt32

    /// Where it lies. Who puts events together in this order decodes each row group once.
    var place: (segment: Int32, group: Int32, row: UInt32) { (segment, group, row) }

    func precedes(_ other: TimedRow) -> Bool { (rank, sequenceRank) < (other.rank, other.sequenceRank) }
}
