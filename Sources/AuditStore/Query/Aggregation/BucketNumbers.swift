import SegmentFormat

/// The time buckets of one row group: a number for each row, and the moments at which buckets start.
struct BucketNumbers {
    /// 0 for rows without a time.
    private(set) var ids: [UInt32]
    /// What the numbers stand for.
    private(set) var values = ValueTable(.values([]), count: 0)

    /// Buckets that are numbered one after another; where times are further apart, each bucket is looked up.
    private static let mostConsecutive: Int64 = 1 << 20

    /// Without any time.
    init(rows: Int) { ids = Array(repeating: absentCode, count: rows) }

    init(_ times: UnsafePointer<Int64>, _ rows: Int, _ mask: UnsafePointer<UInt8>, _ buckets: TimeBuckets) {
        self.init(rows: rows)
        var smallest = Int64.max
        var largest = Int64.min
        for i in 0..<rows where mask[i] != 0 && times[i] != absentInteger {
            smallest = min(smallest, times[i])
            largest = max(largest, times[i])
        }
        guard smallest <= largest else { return }
        if let (width, origin) = buckets.fixed {
            let start = TimeBuckets.start(smallest, width, origin)
            let span = largest.subtractingReportingOverflow(start)
            if !span.overflow, span.partialValue / width < Self.mostConsecutive {
                number(times, mask, start: start, width: width, largest: largest)
                return
            }
        } else if let starts = Self.starts(smallest, largest, buckets) {
            number(times, mask, starts: starts)
            return
        }
        scatter(times, mask, buckets)
    }

    /// Buckets of equal length.
    private mutating func number(
        _ times: UnsafePointer<Int64>, _ mask: UnsafePointer<UInt8>, start: Int64, width: Int64, largest: Int64
    ) {
        // Neighbours mostly lie in one bucket; a division is for those that do not.
        var bucketFrom = start
        var id: UInt32 = 1
        ids.withUnsafeMutableBufferPointer { ids in
            for i in 0..<ids.count where mask[i] != 0 && times[i] != absentInteger {
                let time = times[i]
                if time < bucketFrom || time &- bucketFrom >= width {
                    let number = (time &- start) / width
                    id = UInt32(truncatingIfNeeded: number) &+ 1
                    bucketFrom = start &+ number &* width
                }
                ids[i] = id
            }
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
    private mutating func number(_ times: UnsafePointer<Int64>, _ mask: UnsafePointer<UInt8>, starts: [Int64]) {
        var number = 0
        ids.withUnsafeMutableBufferPointer { ids in
            starts.withUnsafeBufferPointer { starts in
                for i in 0..<ids.count where mask[i] != 0 && times[i] != absentInteger {
                    let time = times[i]
                    // In bounds: there is a start after the last bucket's own.
                    if time < starts[number] || time >= starts[number + 1] {
                        var high = starts.count - 1
                        number = 0
                        while high - number > 1 {
                            let middle = (number + high) / 2
                            if starts[middle] <= time { number = middle } else { high = middle }
                        }
                    }
                    ids[i] = UInt32(number + 1)
                }
            }
        }
        let times = starts.dropLast().map { EventValue.time(Instant(microseconds: $0)) }
        values = ValueTable(.values(times), count: times.count)
    }

    private mutating func scatter(
        _ times: UnsafePointer<Int64>, _ mask: UnsafePointer<UInt8>, _ buckets: TimeBuckets
    ) {
        var interner = ValueInterner()
        for i in ids.indices where mask[i] != 0 && times[i] != absentInteger {
            let start = buckets.bucket(containing: times[i]).lowerBound
            ids[i] = interner.code(.time(Instant(microseconds: start)))
        }
        values = interner.table
    }
}
