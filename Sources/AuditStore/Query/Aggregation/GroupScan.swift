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
            let groups = try group(rows, mask)
            let partition = prepared.partition
            guard !partition.isWhole else { return [try partial(groups, mask)] }
            let lanes = groups.lanes(partition, hashed: prepared.hashedKeys)
            var partials: [GroupPartial?] = []
            for lane in 0..<partition.lanes {
                let part = groups.restricted(to: lane, lanes, scratch.words)
                partials.append(part.count == 0 ? nil : try partial(part, mask))
            }
            return partials
        } ?? []
    }

    private func group(_ matching: RowList, _ mask: UnsafePointer<UInt8>) throws(SegmentError) -> ScannedGroups {
        var rows = matching
        var rowWords: RowWords?
        var ids: [RowIDs] = []
        var tables: [ElementTable] = []
        /// For each key its id, if all rows have the same.
        var constants: [UInt32?] = []
        for key in prepared.keys {
            let column = try KeyColumn(key, reader, rows, mask, scratch)
            constants.append(column.constant)
            tables.append(column.table)
            guard column.constant == nil else { continue }
            if let lists = column.table.lists, let codes = column.codes {
                let expanded = try ExpandedRows(
                    rows, lists, codes, ids, scratch.words, budget: prepared.expansionBudget)
                (rows, rowWords, ids) = (expanded.rows, expanded.words, expanded.ids)
            } else {
                ids.append(column.ids(rows, scratch.words))
            }
        }
        let needsGroups = !prepared.measures.isEmpty || !prepared.partition.isWhole
        let dimensions = zip(tables, constants).compactMap { $1 == nil ? $0.count + 1 : nil }
        var numbers = GroupNumbers(ids, dimensions, rows: rows.count, needsGroups: needsGroups, scratch.words)
        numbers.insert(constants)
        return ScannedGroups(rows: rows, rowWords: rowWords, numbers: numbers, tables: tables)
    }

    private func partial(_ scanned: ScannedGroups, _ mask: UnsafePointer<UInt8>) throws(SegmentError) -> GroupPartial {
        var measures: [MeasurePartial] = []
        for measure in prepared.measures {
            measures.append(try MeasureScan(scan: self, grouped: scanned.grouped, mask: mask).run(measure))
        }
        withExtendedLifetime(scanned) {}
        return GroupPartial(
            groups: scanned.count, keyIDs: scanned.keyIDs, keyTables: scanned.tables, counts: scanned.counts,
            measures: measures)
    }
}

/// Rows with a list become one row for each of its elements.
private struct ExpandedRows {
    let rows: RowList
    let words: RowWords
    /// The ids of the keys before, and those of the elements.
    private(set) var ids: [RowIDs] = []

    init(
        _ list: RowList, _ lists: (starts: [UInt32], elements: [UInt32]), _ batch: CodedBatch, _ former: [RowIDs],
        _ pool: RowWordPool, budget: Int
    ) throws(SegmentError) {
        var count = 0
        list.forEach { _, row in
            let code = Int(batch.codes[row])
            count += Int(lists.starts[code + 1] - lists.starts[code])
        }
        // The row, and for each key its id, and its id combined with others.
        let bytes = count * MemoryLayout<UInt32>.stride * (3 + 2 * (former.count + 1))
        guard bytes <= budget else {
            throw SegmentError(
                .limit, "the lists that are grouped by are too long for the memory budget; raise it, or use one thread",
                expected: "at most \(budget) bytes a worker", found: "\(bytes) for a row group")
        }
        let (words, elements) = (RowWords(count, from: pool), RowWords(count, from: pool))
        let others = former.map { _ in RowWords(count, from: pool) }
        try SegmentError.checkCancellation()
        var next = 0
        list.forEach { position, row in
            let code = Int(batch.codes[row])
            for element in lists.starts[code]..<lists.starts[code + 1] {
                words.start[next] = UInt32(row)
                elements.start[next] = lists.elements[Int(element)]
                for key in former.indices { others[key].start[next] = former[key].ids[position] }
                next += 1
            }
        }
        withExtendedLifetime((batch, former)) {}
        rows = RowList(UnsafePointer(words.start), count: count)
        self.words = words
        ids = others.map { RowIDs($0) } + [RowIDs(elements)]
    }
}
