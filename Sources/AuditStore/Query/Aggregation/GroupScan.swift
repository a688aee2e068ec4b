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

    /// For each lane of the partition its groups; nil where no row matches.
    func run() throws(SegmentError) -> [GroupPartial?] {
        try prepared.predicate.withMatchingRows(reader, scratch) { (rows, mask) throws(SegmentError) in
            let groups = try group(Array(rows), mask)
            let partition = prepared.partition
            guard !partition.isWhole else { return [try partial(groups, mask)] }
            let lanes = groups.lanes(partition, hashed: prepared.hashedKeys)
            var partials: [GroupPartial?] = []
            for lane in 0..<partition.lanes {
                let part = groups.restricted(to: lane, lanes)
                partials.append(part.count == 0 ? nil : try partial(part, mask))
            }
            return partials
        } ?? []
    }

    private func group(_ matching: [UInt32], _ mask: UnsafePointer<UInt8>) throws(SegmentError) -> ScannedGroups {
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
        return ScannedGroups(
            rows: rows, groups: numbers.groups ?? [UInt32](repeating: 0, count: rows.count), count: numbers.count,
            keyIDs: ids.map { ids in numbers.firstRows.map { ids[Int($0)] } }, tables: tables)
    }

    private func partial(_ scanned: ScannedGroups, _ mask: UnsafePointer<UInt8>) throws(SegmentError) -> GroupPartial {
        var counts = [UInt32](repeating: 0, count: scanned.count)
        counts.withUnsafeMutableBufferPointer { counts in
            // In bounds: group numbers are below the number of groups.
            for group in scanned.groups { counts[Int(group)] &+= 1 }
        }
        var measures: [MeasurePartial] = []
        for measure in prepared.measures {
            let scan = MeasureScan(
                scan: self, rows: scanned.rows, groups: scanned.groups, count: scanned.count, mask: mask)
            measures.append(try scan.run(measure))
        }
        return GroupPartial(
            groups: scanned.count, keyIDs: scanned.keyIDs, keyTables: scanned.tables, counts: counts,
            measures: measures)
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
