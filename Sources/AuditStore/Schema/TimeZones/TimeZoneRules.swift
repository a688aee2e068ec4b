/// How clocks run somewhere: the offsets from UTC, and when they change.
///
///     let berlin = try TimeZoneRules(named: "Europe/Berlin")
///     events.group { $0.stageTime.bucket(.days(1), in: berlin) }
///
/// The core has no Foundation, so this is read from the time zone files of the system (RFC 9636). A program that has its rules
/// from elsewhere gives the changes itself.
public struct TimeZoneRules: Sendable, Hashable {
    /// An offset, from an instant on.
    public struct Change: Sendable, Hashable {
        public var start: Instant
        /// What local clocks are ahead of UTC.
        public var offset: Duration

        public init(start: Instant, offset: Duration) {
            self.start = start
            self.offset = offset
        }
    }

    /// As it was given: `Europe/Berlin`.
    public let name: String
    /// Microseconds since 1970 at which each offset begins, ascending; the first is the lowest there is.
    private let starts: [Int64]
    /// Microseconds that local time is ahead of UTC.
    private let offsets: [Int64]

    /// - Parameters:
    ///   - initialOffset: what holds before the first change.
    ///   - changes: in any order. The last one holds for ever.
    public init(name: String, initialOffset: Duration, changes: [Change]) {
        self.name = name
        var starts: [Int64] = [.min]
        var offsets = [initialOffset.microseconds]
        for change in changes.sorted(by: { $0.start < $1.start }) where change.offset.microseconds != offsets.last {
            starts.append(change.start.microseconds)
            offsets.append(change.offset.microseconds)
        }
        self.starts = starts
        self.offsets = offsets
    }

    /// Coordinated universal time: no offset, no changes.
    public static let utc = TimeZoneRules(name: "UTC", initialOffset: .zero, changes: [])

    var isUTC: Bool { offsets == [0] }

    /// A stretch of time in which the offset does not change, in microseconds.
    struct Era {
        var start: Int64
        /// The first moment that is no more in it; the largest number for the last era.
        var end: Int64
        var offset: Int64
    }

    func era(at time: Int64) -> Era { era(index(at: time)) }

    private func era(_ index: Int) -> Era {
        Era(start: starts[index], end: index + 1 < starts.count ? starts[index + 1] : .max, offset: offsets[index])
    }

    private func index(at time: Int64) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// The first moment at which local clocks show this time or, where they skip it, a later one.
    ///
    /// - Parameter local: microseconds from 1970-01-01T00:00:00 by local clocks.
    func firstMoment(ofLocal local: Int64) -> Int64 {
        // No offset is larger than this (RFC 9636 has 26 hours at most), so the moment is in this era or a later one.
        var index = index(at: local.addingClamped(-26 * 3_600_000_000))
        while true {
            let era = era(index)
            let moment = max(local.addingClamped(-era.offset), era.start)
            if moment < era.end || index + 1 == starts.count { return moment }
            index += 1
        }
    }
}
