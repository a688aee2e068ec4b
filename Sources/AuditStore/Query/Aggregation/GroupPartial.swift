/// The groups of one row group, in its own numbers: what goes to the merge.
struct GroupPartial: Sendable {
    var groups: Int
    /// For each key the id of each group.
    var keyIDs: [[UInt32]]
    /// For each key what its ids stand for.
    var keyTables: [ElementTable]
    /// Events of each group.
    var counts: [UInt32]
    /// One a field.
    var measures: [MeasurePartial]
}

/// What one row group says of one aggregated field.
struct MeasurePartial: Sendable {
    /// `group << 32 | id` and how often, for fields with codes.
    var pairs: [(key: UInt64, count: UInt32)] = []
    var table: ElementTable?
    /// One a group, for times and durations.
    var statistics: [IntegerStatistics] = []
    var isDuration = false
    /// The group and the value of each row, for times and durations.
    var valueGroups: [UInt32] = []
    var values: [Int64] = []
    var first: [ExtremeEvent] = []
    var last: [ExtremeEvent] = []
    var summary = MeasureSummary()
}

/// A value with the event that it is from.
struct ExtremeEvent: Sendable {
    var time: Int64
    var sequence: UInt64
    /// nil for a group without a value.
    var value: EventValue?

    func precedes(_ other: ExtremeEvent) -> Bool { (time, sequence) < (other.time, other.sequence) }
}
