import Shredding

/// Stretches of time that follow each other without a gap: which one a moment lies in, by a width and a time zone.
package struct TimeBuckets: Sendable, Hashable {
    package let width: BucketWidth
    package let zone: TimeZoneRules

    package init(_ width: BucketWidth, in zone: TimeZoneRules = .utc) {
        self.width = width
        self.zone = zone
    }

    /// Width and origin in microseconds, if all buckets are of one length.
    var fixed: (width: Int64, origin: Int64)? {
        guard zone.isUTC, case .clock(let width, let origin) = width.kind else { return nil }
        return (width, origin)
    }

    /// The bucket of a moment, in microseconds since 1970.
    package func bucket(containing time: Int64) -> Range<Int64> {
        if let (width, origin) = fixed {
            let start = Self.start(time, width, origin)
            return start..<start.addingClamped(width)
        }
        // Years that no text of an event can name have one bucket before and one after all others.
        guard abs(time.addingClamped(1)) < Self.farthest else {
            return time < 0 ? Int64.min..<(-Self.farthest) : Self.farthest..<Int64.max
        }
        let era = zone.era(at: time)
        let local = time.addingClamped(era.offset)
        var start = localStart(local)
        var end = localEnd(start)
        if case .clock(let width, _) = width.kind, width <= 3_600_000_000 {
            // An hour that clocks show twice is two buckets, which only its offset tells apart.
            return max(start.addingClamped(-era.offset), era.start)..<min(end.addingClamped(-era.offset), era.end)
        }
        var range = zone.firstMoment(ofLocal: start)..<zone.firstMoment(ofLocal: end)
        // Where clocks were set back over a boundary, the time after that is of the bucket that had begun before.
        while range.upperBound <= time, end < Int64.max {
            start = end
            end = localEnd(start)
            range = range.upperBound..<max(zone.firstMoment(ofLocal: end), range.upperBound)
        }
        return range
    }

    private func localStart(_ local: Int64) -> Int64 {
        switch width.kind {
        case .clock(let width, let origin): return Self.start(local, width, origin)
        case .months(let count):
            let date = CivilDate(daysSince1970: Self.start(local, Self.day, 0) / Self.day)
            let month = date.year * 12 + date.month - 1
            return Self.firstDay(month: Self.start(month, count, 0))
        }
    }

    private func localEnd(_ start: Int64) -> Int64 {
        switch width.kind {
        case .clock(let width, _): return start.addingClamped(width)
        case .months(let count):
            let date = CivilDate(daysSince1970: start / Self.day)
            return Self.firstDay(month: date.year * 12 + date.month - 1 + count)
        }
    }

    private static let day: Int64 = 86_400_000_000
    /// Some 73,000 years from 1970.
    private static let farthest: Int64 = 1 << 61

    /// - Parameter month: counted from January of the year 0.
    private static func firstDay(month: Int64) -> Int64 {
        let year = (month >= 0 ? month : month - 11) / 12
        let days = CivilDate(year: year, month: month - year * 12 + 1, day: 1).daysSince1970
        return Int64(clamping: Int128(days) * Int128(day))
    }

    /// The largest multiple of the width, from the origin on, that is not above the value.
    static func start(_ value: Int64, _ width: Int64, _ origin: Int64) -> Int64 {
        let (difference, overflow) = value.subtractingReportingOverflow(origin)
        guard !overflow else { return value }
        let remainder = difference % width
        return value.addingClamped(-(remainder < 0 ? remainder + width : remainder))
    }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
