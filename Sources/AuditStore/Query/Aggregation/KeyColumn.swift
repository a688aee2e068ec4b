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
        if let stretches = key.bucket {
            let numbers: BucketNumbers
            if case .integers(let field, transform: nil) = key.field {
                numbers = BucketNumbers(try field.values(reader, scratch.integers), reader.rows, mask, stretches)
            } else {
                // A time that is no column of times: each distinct value is read once.
                let times = try key.field.coded(reader, mask, scratch).times()
                numbers = times.withUnsafeBufferPointer { times in
                    guard let base = times.baseAddress else { return BucketNumbers(rows: reader.rows) }
                    return BucketNumbers(base, reader.rows, mask, stretches)
                }
            }
            buckets = numbers.ids
            codes = nil
            table = ElementTable(numbers.values)
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
}

extension CodedBatch {
    /// The time of each row, `absentInteger` where there is none.
    fileprivate func times() -> [Int64] {
        defer { withExtendedLifetime(self) {} }
        var known = [Int64](repeating: absentInteger, count: table.count + 1)
        var isKnown = [Bool](repeating: false, count: table.count + 1)
        return codes.map { code in
            if !isKnown[Int(code)] {
                isKnown[Int(code)] = true
                if let time = table.value(code).flatMap(Instant.init(eventValue:)) {
                    known[Int(code)] = time.microseconds
                }
            }
            return known[Int(code)]
        }
    }
}
