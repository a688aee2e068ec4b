import SegmentFormat

/// Collects what is needed of one field in one row group.
struct MeasureScan {
    let scan: GroupScan
    let grouped: GroupedRows
    let mask: UnsafePointer<UInt8>

    func run(_ measure: PreparedAggregation.Measure) throws(SegmentError) -> MeasurePartial {
        var partial = MeasurePartial()
        if case .absent = measure.field { return partial }
        if case .integers(let field, transform: nil) = measure.field {
            let values = try field.values(scan.reader, scan.scratch.integers)
            partial.isDuration = field.isDuration
            if measure.needs.statistics { partial.statistics = statistics(values) }
            // A relative error of a time, which counts from 1970, says nothing; quantiles of times are exact.
            if measure.needs.values || measure.needs.logarithmic && !field.isDuration {
                collect(values, into: &partial)
            }
            partial.summary = MeasureSummary(values, grouped, measure.needs, isDuration: field.isDuration)
            if measure.needs.first || measure.needs.last {
                try extremes(measure.needs, into: &partial) { row in
                    values[row] == absentInteger ? nil : field.value(values[row])
                } isPresent: {
                    values[$0] != absentInteger
                }
            }
            return partial
        }
        let batch = try measure.field.coded(scan.reader, mask, scan.scratch)
        // The codes may lie in memory that the batch owns.
        defer { withExtendedLifetime(batch) {} }
        let table = measure.table ?? ElementTable(batch.table, hashes: measure.needs.hashes)
        partial.table = table
        if measure.needs.codedValues { partial.pairs = pairs(batch.codes, table) }
        if measure.needs.hashes {
            let distinct = measure.needs.codedValues ? partial.pairs : pairs(batch.codes, table)
            partial.summary = MeasureSummary(pairs: distinct, hashes: table.hashes)
        }
        if measure.needs.first || measure.needs.last {
            try extremes(measure.needs, into: &partial) { row in
                batch.table.value(batch.codes[row])
            } isPresent: { row in
                let code = batch.codes[row]
                return code != absentCode && table.ids.map { $0[Int(code)] != absentCode } != false
            }
        }
        return partial
    }

    private func statistics(_ values: UnsafePointer<Int64>) -> [IntegerStatistics] {
        var narrow = [NarrowStatistics](repeating: NarrowStatistics(), count: grouped.count)
        var overflows = false
        narrow.withUnsafeMutableBufferPointer { statistics in
            grouped.forEach { row, group in
                let value = values[row]
                if value != absentInteger { overflows = statistics[group].add(value) || overflows }
            }
        }
        guard overflows else { return narrow.map { IntegerStatistics($0) } }
        var statistics = [IntegerStatistics](repeating: IntegerStatistics(), count: grouped.count)
        grouped.forEach { row, group in
            if values[row] != absentInteger { statistics[group].add(values[row]) }
        }
        return statistics
    }

    private func collect(_ values: UnsafePointer<Int64>, into partial: inout MeasurePartial) {
        let rows = grouped.rows.count
        var n = 0
        partial.valueGroups = [UInt32](unsafeUninitializedCapacity: rows + 1) { groups, groupCount in
            partial.values = [Int64](unsafeUninitializedCapacity: rows + 1) { target, count in
                grouped.forEach { row, group in
                    target[n] = values[row]
                    groups[n] = UInt32(group)
                    n += values[row] == absentInteger ? 0 : 1
                }
                count = n
            }
            groupCount = n
        }
    }

    // MARK: Values with codes

    private func pairs(_ codes: UnsafeBufferPointer<UInt32>, _ table: ElementTable) -> [(key: UInt64, count: UInt32)] {
        let dimension = table.count + 1
        let count = grouped.count
        guard table.lists == nil, count * dimension <= max(1 << 12, grouped.rows.count * 2) else {
            return hashedPairs(codes, table)
        }
        var counts = [UInt32](repeating: 0, count: count * dimension)
        counts.withUnsafeMutableBufferPointer { counts in
            // In bounds: groups are below `count`, ids below `dimension`.
            if let ids = table.ids {
                grouped.forEach { row, group in counts[group &* dimension &+ Int(ids[Int(codes[row])])] &+= 1 }
            } else {
                grouped.forEach { row, group in counts[group &* dimension &+ Int(codes[row])] &+= 1 }
            }
        }
        var pairs: [(key: UInt64, count: UInt32)] = []
        for group in 0..<count {
            for id in 1..<max(dimension, 1) where counts[group * dimension + id] != 0 {
                pairs.append((UInt64(group) << 32 | UInt64(id), counts[group * dimension + id]))
            }
        }
        return pairs
    }

    private func hashedPairs(
        _ codes: UnsafeBufferPointer<UInt32>, _ table: ElementTable
    ) -> [(key: UInt64, count: UInt32)] {
        var pairs = PairCounts(capacity: 1024)
        grouped.forEach { row, group in
            let group = UInt64(group) << 32
            let code = Int(codes[row])
            if let lists = table.lists {
                for element in lists.starts[code]..<lists.starts[code + 1] {
                    let id = lists.elements[Int(element)]
                    if id != absentCode { pairs.add(group | UInt64(id), 1) }
                }
            } else {
                let id = table.ids.map { $0[code] } ?? UInt32(code)
                if id != absentCode { pairs.add(group | UInt64(id), 1) }
            }
        }
        return pairs.array.sorted { $0.key < $1.key }.map { ($0.key, UInt32($0.count)) }
    }

    // MARK: First and last

    private func extremes(
        _ needs: MeasureNeeds, into partial: inout MeasurePartial, value: (Int) -> EventValue?, isPresent: (Int) -> Bool
    ) throws(SegmentError) {
        var times: UnsafePointer<Int64>?
        if case .integers(let field, _) = scan.prepared.eventTime {
            times = try field.values(scan.reader, scan.scratch.otherIntegers)
        }
        let none = -1
        var first = [Int](repeating: none, count: needs.first ? grouped.count : 0)
        var last = [Int](repeating: none, count: needs.last ? grouped.count : 0)
        grouped.forEach { row, group in
            guard isPresent(row) else { return }
            // Events without a time come after all others as first ones, and before them as last ones.
            if needs.first {
                let best = first[group]
                if best == none || Self.time(times, row, absent: .max) < Self.time(times, best, absent: .max) {
                    first[group] = row
                }
            }
            if needs.last {
                let best = last[group]
                if best == none || Self.time(times, row, absent: .min) >= Self.time(times, best, absent: .min) {
                    last[group] = row
                }
            }
        }
        let sequences = try RowSequences(scan.segment, scan.firstRow, scan.reader)
        func event(_ row: Int, _ absent: Int64) -> ExtremeEvent {
            guard row != none else { return ExtremeEvent(time: absent, sequence: 0, value: nil) }
            return ExtremeEvent(
                time: Self.time(times, row, absent: absent), sequence: sequences[row], value: value(row))
        }
        partial.first = first.map { event($0, .max) }
        partial.last = last.map { event($0, .min) }
    }

    @inline(__always)
    private static func time(_ times: UnsafePointer<Int64>?, _ row: Int, absent: Int64) -> Int64 {
        guard let times, times[row] != absentInteger else { return absent }
        return times[row]
    }
}

/// The ingest sequences of a row group's rows.
struct RowSequences {
    private let base: UInt64
    private let offsets: UnsafeBufferPointer<Int64>?

    /// - Parameter firstRow: rows of the segment before this row group.
    init(_ segment: SegmentDescription, _ firstRow: Int, _ reader: RowGroupReader) throws(SegmentError) {
        if let column = reader.segment.column(path: StoreColumn.sequence) {
            offsets = try reader.times(column)
            base = segment.firstSequence
        } else {
            offsets = nil
            base = segment.firstSequence + UInt64(firstRow)
        }
    }

    subscript(row: Int) -> UInt64 {
        guard let offsets else { return base + UInt64(row) }
        return base &+ UInt64(bitPattern: offsets[row])
    }
}
