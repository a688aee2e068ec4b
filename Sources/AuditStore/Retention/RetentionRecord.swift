/// What was done to the events of a store and why: kept in the store, and shown by `auditstore retain --report`.
public struct RetentionRecord: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// Partitions of a class were dropped because of their age.
        case expired = 1
        /// Events were deleted by a condition: nobody sees them any more.
        case deleted = 2
        /// Segments with deleted events were rewritten by compaction, or expired: their bytes are gone.
        case erased = 3
        case holdAdded = 4
        case holdRemoved = 5
        /// The rules that choose classes were set or replaced.
        case policySet = 6
        /// The months of the class `default` were set.
        case monthsSet = 7
        /// Older records of this store, added up.
        case earlier = 8
    }

    public var kind: Kind
    /// When, in microseconds since 1970. Of `earlier`: of the newest record in it.
    public var time: Int64
    /// Who, as the caller said.
    public var by: String?
    /// The class, or the hold.
    public var name: String?
    /// The rule: months of the class, or the condition.
    public var rule: String?
    public var reason: String?
    public var segments: UInt64 = 0
    public var events: UInt64 = 0
    /// Bytes of the events' text, with a line end each.
    public var rawBytes: UInt64 = 0
    /// Bytes of files.
    public var storedBytes: UInt64 = 0
    /// Events that matched and stay because of a legal hold.
    public var held: UInt64 = 0
    /// The range of the events' times, in microseconds since 1970; for what expires, whole days.
    public var times: ClosedRange<Int64>?

    package init(
        _ kind: Kind, time: Int64, by: String? = nil, name: String? = nil, rule: String? = nil, reason: String? = nil
    ) {
        self.kind = kind
        self.time = time
        self.by = by
        self.name = name
        self.rule = rule
        self.reason = reason
    }

    /// What is kept of deleted events whose bytes go with their segments; nil if there are none.
    static func erased(_ segments: [SegmentDescription], at time: Int64) -> RetentionRecord? {
        var record = RetentionRecord(.erased, time: time)
        for segment in segments {
            guard let tombstones = segment.tombstones else { continue }
            record.segments += 1
            record.events += tombstones.rows
            record.rawBytes += tombstones.rawBytes
        }
        return record.segments > 0 ? record : nil
    }

    mutating func extend(_ other: ClosedRange<Int64>?) {
        guard let other else { return }
        times = times.map { min($0.lowerBound, other.lowerBound)...max($0.upperBound, other.upperBound) } ?? other
    }
}
