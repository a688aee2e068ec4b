import SegmentFormat

/// A key in one row group: an id for each row, and what ids stand for.
struct KeyColumn {
    let table: ElementTable
    /// nil for time buckets.
    let codes: CodedBatch?
    private var buckets: [UInt32] = []

    init(_ key: PreparedAggregation.Key, _ reader: RowGroupReader, _ mask: UnsafePointer<UInt8>, _ scratch: ScanScratch)
        throws(SegmentError)
    {
        if let width = key.bucket {
            guard case .integers(let field, transform: nil) = key.field else {
                codes = nil
                table = ElementTable(ValueTable(.values([]), count: 0))
                buckets = Array(repeating: absentCode, count: reader.rows)
                return
            }
            let times = try field.values(reader, scratch.integers)
            let values: ValueTable
            (buckets, values) = Self.buckets(times, reader.rows, mask, width)
            codes = nil
            table = ElementTable(values)
            return
        }
        let batch = try key.field.coded(reader, mask, scratch)
        codes = batch
        table = key.table ?? ElementTable(batch.table)
    }

    /// The ids of these rows. Not for lists.
    func ids(_ rows: [UInt32]) -> [UInt32] {
        // The codes may lie in memory that the batch owns.
        defer { withExtendedLifetime(codes) {} }
        return [UInt32](unsafeUninitializedCapacity: rows.count) { target, count in
            count = rows.count
            if let codes = codes?.codes {
                if let ids = table.ids {
                    ids.withUnsafeBufferPointer { ids in
                        // In bounds: rows are of this row group, and there is an id for each code of the table.
                        for i in 0..<rows.count { target[i] = ids[Int(codes[Int(rows[i])])] }
                    }
                } else {
                    for i in 0..<rows.count { target[i] = codes[Int(rows[i])] }
                }
            } else {
                buckets.withUnsafeBufferPointer { buckets in
                    for i in 0..<rows.count { target[i] = buckets[Int(rows[i])] }
                }
            }
        }
    }

    /// Numbers the buckets that the row group's times lie in: consecutively where they are close to each other.
    private static func buckets(
        _ times: UnsafePointer<Int64>, _ rows: Int, _ mask: UnsafePointer<UInt8>, _ width: Int64
    ) -> ([UInt32], ValueTable) {
        var smallest = Int64.max
        var largest = Int64.min
        for i in 0..<rows where mask[i] != 0 && times[i] != absentInteger {
            smallest = min(smallest, times[i])
            largest = max(largest, times[i])
        }
        guard smallest <= largest else {
            return ([UInt32](repeating: absentCode, count: rows), ValueTable(.values([]), count: 0))
        }
        let start = bucketStart(smallest, width)
        let span = largest.subtractingReportingOverflow(start)
        guard !span.overflow, span.partialValue / width < 1 << 20 else {
            return scatteredBuckets(times, rows, mask, width)
        }
        var ids = [UInt32](repeating: absentCode, count: rows)
        // Neighbours mostly lie in one bucket; a division is for those that do not.
        var bucketFrom = start
        var id: UInt32 = 1
        ids.withUnsafeMutableBufferPointer { ids in
            for i in 0..<rows where mask[i] != 0 && times[i] != absentInteger {
                let time = times[i]
                if time < bucketFrom || time &- bucketFrom >= width {
                    let number = (time &- start) / width
                    id = UInt32(truncatingIfNeeded: number) &+ 1
                    bucketFrom = start &+ number &* width
                }
                ids[i] = id
            }
        }
        return (ids, ValueTable(.buckets(start: start, width: width), count: Int((largest - start) / width) + 1))
    }

    /// Times that are years apart: each bucket is looked up.
    private static func scatteredBuckets(
        _ times: UnsafePointer<Int64>, _ rows: Int, _ mask: UnsafePointer<UInt8>, _ width: Int64
    ) -> ([UInt32], ValueTable) {
        var interner = ValueInterner()
        var ids = [UInt32](repeating: absentCode, count: rows)
        for i in 0..<rows where mask[i] != 0 && times[i] != absentInteger {
            ids[i] = interner.code(.time(Instant(microseconds: bucketStart(times[i], width))))
        }
        return (ids, interner.table)
    }

    static func bucketStart(_ time: Int64, _ width: Int64) -> Int64 {
        let remainder = time % width
        return time &- (remainder < 0 ? remainder &+ width : remainder)
    }
}
