import SegmentFormat

/// A key in one row group: an id for each row of a list, and what ids stand for.
struct KeyColumn {
    let table: ElementTable
    /// The id of all rows, if it is one.
    private(set) var constant: UInt32?
    /// nil for time buckets.
    private(set) var codes: CodedBatch?
    private var buckets: RowWords?

    init(
        _ key: PreparedAggregation.Key, _ reader: RowGroupReader, _ rows: RowList, _ mask: UnsafePointer<UInt8>,
        _ scratch: ScanScratch
    ) throws(SegmentError) {
        guard let stretches = key.bucket else {
            if case .dictionary(let column, _) = key.field, let table = key.table, table.lists == nil,
                let code = reader.constantCode(column)
            {
                constant = table.ids.map { $0[Int(code)] } ?? code
                self.table = table
                return
            }
            let batch = try key.field.coded(reader, mask, scratch)
            codes = batch
            table = key.table ?? ElementTable(batch.table)
            return
        }
        let numbers: BucketNumbers
        if case .integers(let field, transform: nil) = key.field {
            if let bucket = field.onlyBucket(stretches, reader) {
                constant = 1
                table = ElementTable(ValueTable(.buckets(start: bucket.lowerBound, width: 1), count: 1))
                return
            }
            numbers = BucketNumbers(try field.values(reader, scratch.integers), rows, stretches, scratch.words)
        } else {
            // A time that is no column of times: each distinct value is read once.
            let times = try key.field.coded(reader, mask, scratch).times()
            numbers = times.withUnsafeBufferPointer {
                BucketNumbers($0.baseAddress!, rows, stretches, scratch.words)
            }
        }
        buckets = numbers.ids
        table = ElementTable(numbers.values)
    }

    /// The ids of the rows. Not for lists.
    func ids(_ rows: RowList, _ pool: RowWordPool) -> RowIDs {
        if let buckets { return RowIDs(buckets) }
        let batch = codes!
        if table.ids == nil, rows.numbers == nil { return RowIDs(batch) }
        let target = RowWords(rows.count, from: pool)
        let codes = batch.codes.baseAddress!
        // In bounds: rows are of this row group, and there is an id for each code of the table.
        if let ids = table.ids {
            ids.withUnsafeBufferPointer { ids in
                rows.forEach { position, row in target.start[position] = ids[Int(codes[row])] }
            }
        } else {
            rows.forEach { position, row in target.start[position] = codes[row] }
        }
        // The codes may lie in memory that the batch owns.
        withExtendedLifetime(batch) {}
        return RowIDs(target)
    }
}

extension IntegerField {
    /// The bucket that all times of the row group lie in, if its zone map tells.
    fileprivate func onlyBucket(_ buckets: TimeBuckets, _ reader: RowGroupReader) -> Range<Int64>? {
        guard subtrahend == nil, let (values, isComplete) = time.range(reader.chunk(time.column)), isComplete else {
            return nil
        }
        let bucket = buckets.bucket(containing: values.lowerBound)
        return bucket.contains(values.upperBound) ? bucket : nil
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
