import SegmentFormat

/// Groups and aggregates one row group.
///
/// First the rows that match, then for each key an id a row, then one group number a row, then each aggregate in a loop
/// over rows and group numbers. No loop over rows calls, allocates or counts references.
struct GroupScan {
    let prepared: PreparedAggregation
    let segment: SegmentDescription
    let firstRow: Int
    let reader: RowGroupReader
    let scratch: ScanScratch

    /// nil if no row matches.
    func run() throws(SegmentError) -> GroupPartial? {
        let outlook = prepared.predicate.outlook(reader.info)
        if outlook == .none { return nil }
        return try scratch.withMask { (mask) throws(SegmentError) in
            mask.update(repeating: 1, count: reader.rows)
            if outlook == .mixed { try prepared.predicate.filter(mask, reader, scratch) }
            return try scratch.withWords { (rows) throws(SegmentError) in
                let count = RowMask.rows(mask, reader.rows, into: rows)
                guard count > 0 else { return nil }
                return try group(Array(UnsafeBufferPointer(start: rows, count: count)), mask)
            }
        }
    }

    private func group(_ matching: [UInt32], _ mask: UnsafePointer<UInt8>) throws(SegmentError) -> GroupPartial {
        var rows = matching
        var ids: [[UInt32]] = []
        var tables: [ElementTable] = []
        for key in prepared.keys {
            let column = try KeyColumn(key, reader, mask, scratch)
            if let lists = column.table.lists {
                Self.expand(lists, column.codes!, rows: &rows, ids: &ids)
            } else {
                ids.append(column.ids(rows))
            }
            tables.append(column.table)
        }
        let numbers = GroupNumbers(ids, tables, rows: rows.count)
        var counts = [UInt32](repeating: 0, count: numbers.count)
        counts.withUnsafeMutableBufferPointer { counts in
            if let groups = numbers.groups {
                // In bounds: group numbers are below the number of groups.
                for group in groups { counts[Int(group)] &+= 1 }
            } else {
                counts[0] = UInt32(rows.count)
            }
        }
        let keyIDs = ids.map { ids in numbers.firstRows.map { ids[Int($0)] } }
        var measures: [MeasurePartial] = []
        let groups = numbers.groups ?? [UInt32](repeating: 0, count: prepared.measures.isEmpty ? 0 : rows.count)
        for measure in prepared.measures {
            let scan = MeasureScan(scan: self, rows: rows, groups: groups, count: numbers.count, mask: mask)
            measures.append(try scan.run(measure))
        }
        return GroupPartial(
            groups: numbers.count, keyIDs: keyIDs, keyTables: tables, counts: counts, measures: measures)
    }

    /// A row with a list becomes one row for each of its elements.
    private static func expand(
        _ lists: (starts: [UInt32], elements: [UInt32]), _ batch: CodedBatch, rows: inout [UInt32],
        ids: inout [[UInt32]]
    ) {
        var newRows: [UInt32] = []
        var newIDs: [UInt32] = []
        var origins: [Int] = []
        defer { withExtendedLifetime(batch) {} }
        newRows.reserveCapacity(rows.count * 2)
        newIDs.reserveCapacity(rows.count * 2)
        for (i, row) in rows.enumerated() {
            let code = Int(batch.codes[Int(row)])
            for element in lists.starts[code]..<lists.starts[code + 1] {
                newRows.append(row)
                newIDs.append(lists.elements[Int(element)])
                origins.append(i)
            }
        }
        ids = ids.map { ids in origins.map { ids[$0] } }
        ids.append(newIDs)
        rows = newRows
    }
}

/// A number for the group of each row.
struct GroupNumbers {
    /// nil: there is but one group.
    private(set) var groups: [UInt32]?
    private(set) var count = 1
    /// The first row (an index into the rows that were grouped) of each group.
    private(set) var firstRows: [UInt32] = [0]

    /// - Parameter ids: for each key an id a row; without keys all rows are one group.
    init(_ ids: [[UInt32]], _ tables: [ElementTable], rows: Int) {
        guard !ids.isEmpty else { return }
        /// Tables of this many slots are cheaper to clear than hashing the rows is.
        let dense = max(1 << 16, rows * 4)
        var combined = ids[0]
        var size = tables[0].count + 1
        for (ids, table) in zip(ids, tables).dropFirst() {
            let dimension = table.count + 1
            if size * dimension <= dense {
                let factor = UInt32(dimension)
                combined.withUnsafeMutableBufferPointer { combined in
                    ids.withUnsafeBufferPointer { ids in
                        for i in 0..<ids.count { combined[i] = combined[i] &* factor &+ ids[i] }
                    }
                }
                size *= dimension
            } else {
                var numbers = KeyNumbers(capacity: rows)
                for i in 0..<rows { combined[i] = numbers.number(UInt64(combined[i]) << 32 | UInt64(ids[i])) }
                size = numbers.count
            }
        }
        firstRows = []
        if size <= dense {
            // In bounds: each combined id is below the product of its dimensions.
            var slots = [UInt32](repeating: .max, count: size)
            combined.withUnsafeMutableBufferPointer { combined in
                slots.withUnsafeMutableBufferPointer { slots in
                    for i in 0..<combined.count {
                        let slot = Int(combined[i])
                        if slots[slot] == .max {
                            slots[slot] = UInt32(firstRows.count)
                            firstRows.append(UInt32(i))
                        }
                        combined[i] = slots[slot]
                    }
                }
            }
        } else {
            var numbers = KeyNumbers(capacity: rows)
            for i in 0..<rows {
                let number = numbers.number(UInt64(combined[i]))
                if Int(number) == firstRows.count { firstRows.append(UInt32(i)) }
                combined[i] = number
            }
        }
        count = firstRows.count
        groups = combined
    }
}
