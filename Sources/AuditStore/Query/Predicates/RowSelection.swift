import SegmentFormat

extension PreparedPredicate {
    /// Finds the rows of the reader's row group that match, and counts what was left out and why.
    ///
    /// - Parameter body: gets the rows, and a byte a row that says the same; they are valid during the call.
    /// - Returns: nil if no row matches.
    func withMatchingRows<R>(
        _ reader: RowGroupReader, _ scratch: ScanScratch,
        _ body: (RowList, UnsafePointer<UInt8>) throws(SegmentError) -> R
    ) throws(SegmentError) -> R? {
        scratch.counts.rowGroups += 1
        let outlook = outlook(reader.info, number: reader.group)
        if outlook == .none {
            switch exclusion(reader.info, number: reader.group) {
            case .zoneMap: scratch.counts.rowGroupsPrunedByZoneMap += 1
            case .dictionary: scratch.counts.rowGroupsPrunedByDictionary += 1
            }
            return nil
        }
        if outlook == .mixed, try isExcludedByFilter(reader) {
            scratch.counts.rowGroupsPrunedByFilter += 1
            return nil
        }
        scratch.counts.rowsScanned += reader.rows
        if outlook == .all { scratch.counts.rowGroupsMatchingWholly += 1 }
        return try scratch.withMask { (mask) throws(SegmentError) in
            mask.update(repeating: 1, count: reader.rows)
            guard outlook == .mixed else {
                scratch.counts.rowsMatched += reader.rows
                return try body(RowList(all: reader.rows), mask)
            }
            try filter(mask, reader, scratch)
            let words = RowWords(reader.rows + 1, from: scratch.words)
            defer { withExtendedLifetime(words) {} }
            let count = RowMask.rows(mask, reader.rows, into: words.start)
            guard count > 0 else { return nil }
            scratch.counts.rowsMatched += count
            return try body(RowList(words.start, count: count), mask)
        }
    }

    /// The rows of the reader's row group that match, ascending.
    func matchingRows(_ reader: RowGroupReader, _ scratch: ScanScratch) throws(SegmentError) -> [UInt32] {
        try withMatchingRows(reader, scratch) { (rows, _) throws(SegmentError) in rows.array } ?? []
    }

    /// What shows that no row of a row group matches.
    private enum Exclusion { case zoneMap, dictionary }

    /// Precondition: the outlook of the row group is `.none`.
    private func exclusion(_ group: RowGroupInfo, number: Int) -> Exclusion {
        switch self {
        case .and(let operands):
            operands.first { $0.outlook(group, number: number) == .none }?.exclusion(group, number: number) ?? .zoneMap
        case .or(let operands): operands.first?.exclusion(group, number: number) ?? .zoneMap
        case .codes: .dictionary
        default: .zoneMap
        }
    }

    /// Whether the filters of the row group's identities rule it out.
    private func isExcludedByFilter(_ reader: RowGroupReader) throws(SegmentError) -> Bool {
        switch self {
        case .identity(let column, let uuid): return try !reader.mayContain(uuid, column: column)
        case .and(let operands):
            for operand in operands where try operand.isExcludedByFilter(reader) { return true }
            return false
        case .or(let operands):
            for operand in operands where operand.outlook(reader.info, number: reader.group) != .none {
                if try !operand.isExcludedByFilter(reader) { return false }
            }
            return true
        default: return false
        }
    }
}
