import SegmentFormat

/// The time buckets of some rows: a number for each, and the moments at which buckets start.
struct BucketNumbers {
    /// By position in the list of rows; 0 for rows without a time.
    let ids: RowWords
    /// What the numbers stand for.
    private(set) var values = ValueTable(.values([]), count: 0)

    /// Buckets that are numbered one after another; where times are further apart, each bucket is looked up.
    private static let mostConsecutive: Int64 = 1 << 20

    init(_ times: UnsafePointer<Int64>, _ rows: RowList, _ buckets: TimeBuckets, _ pool: RowWordPool) {
        ids = RowWords(rows.count, from: pool)
        var smallest = Int64.max
        var largest = Int64.min
        rows.forEach { _, row in
            let time = times[row]
            smallest = min(smallest, time == absentInteger ? .max : time)
            largest = max(largest, time)
        }
        guard smallest <= largest else {
            ids.start.update(repeating: absentCode, count: rows.count)
            return
        }
        if let (width, origin) = buckets.fixed {
            let start = TimeBuckets.start(smallest, width, origin)
            let span = largest.subtractingReportingOverflow(start)
            if !span.overflow, span.partialValue / width < Self.mostConsecutive {
                number(times, rows, start: start, width: width, largest: largest)
                return
            }
        } else if let starts = Self.starts(smallest, largest, buckets) {
            number(times, rows, starts: starts)
            return
        }
        scatter(times, rows, buckets)
    }

    /// Buckets of equal length.
    private mutating func number(
        _ times: UnsafePointer<Int64>, _ rows: RowList, start: Int64, width: Int64, largest: Int64
    ) {
        // Neighbours mostly lie in one bucket; a division is for those that do not.
        var bucketFrom = start
        var id: UInt32 = 1
        rows.forEach { position, row in
            let time = times[row]
            guard time != absentInteger else {
                ids.start[position] = absentCode
                return
            }
            if time < bucketFrom || time &- bucketFrom >= width {
                let number = (time &- start) / width
                id = UInt32(truncatingIfNeeded: number) &+ 1
                bucketFrom = start &+ number &* width
            }
            ids.start[position] = id
        }
        values = ValueTable(.buckets(start: start, width: width), count: Int((largest - start) / width) + 1)
    }

    /// The starts of all buckets from the first time to the last, and the end of the last one; nil if they are too many.
    private static func starts(_ smallest: Int64, _ largest: Int64, _ buckets: TimeBuckets) -> [Int64]? {
        var bucket = buckets.bucket(containing: smallest)
        var starts = [bucket.lowerBound]
        while bucket.upperBound <= largest {
            guard starts.count < mostConsecutive / 16, !bucket.isEmpty else { return nil }
            bucket = buckets.bucket(containing: bucket.upperBound)
            starts.append(bucket.lowerBound)
        }
        return starts + [bucket.upperBound]
    }

    /// Buckets of the calendar, whose lengths differ.
    private mutating func number(_ times: UnsafePointer<Int64>, _ rows: RowList, starts: [Int64]) {
        var number = 0
        starts.withUnsafeBufferPointer { starts in
            rows.forEach { position, row in
                let time = times[row]
                guard time != absentInteger else {
                    ids.start[position] = absentCode
                    return
                }
                // In bounds: there is a start after the last bucket's own.
                if time < starts[number] || time >= starts[number + 1] {
                    var high = starts.count - 1
                    number = 0
                    while high - number > 1 {
                        let middle = (number + high) / 2
                        if starts[middle] <= time { number = middle } else { high = middle }
                    }
                }
                ids.start[position] = UInt32(number + 1)
            }
        }
        let times = starts.dropLast().map { EventValue.time(Instant(microseconds: $0)) }
        values = ValueTable(.values(times), count: times.count)
    }

    private mutating func scatter(_ times: UnsafePointer<Int64>, _ rows: RowList, _ buckets: TimeBuckets) {
        var interner = ValueInterner()
        rows.forEach { position, row in
            guard times[row] != absentInteger else {
                ids.start[position] = absentCode
                return
            }
            let start = buckets.bucket(containing: times[row]).lowerBound
            ids.start[position] = interner.code(.time(Instant(microseconds: start)))
        }
        values = interner.table
    }
}
