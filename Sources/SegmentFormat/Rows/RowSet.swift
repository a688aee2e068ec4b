/// Some rows of a segment: a bit a row, by row group.
package struct RowSet: Sendable, Hashable {
    /// Rows of each row group.
    package private(set) var rowCounts: [Int]
    /// By row group; empty where no row is in the set, so that a set of few rows is small.
    private var words: [[UInt64]]

    /// The empty set.
    package init(rowCounts: [Int]) {
        self.rowCounts = rowCounts
        words = rowCounts.map { _ in [] }
    }

    package init(of segment: SegmentMetadata) { self.init(rowCounts: segment.rowGroups.map { Int($0.rows) }) }

    /// Adds a row group of so many rows, none of which is in the set.
    mutating func appendGroup(rows: Int) {
        rowCounts.append(rows)
        words.append([])
    }

    /// - Precondition: the rows are rows of the row group.
    package mutating func insert(_ rows: some Sequence<UInt32>, group: Int) {
        for row in rows { insert(Int(row), group: group) }
    }

    mutating func insert(_ row: Int, group: Int) {
        precondition(row >= 0 && row < rowCounts[group])
        if words[group].isEmpty { words[group] = Array(repeating: 0, count: (rowCounts[group] + 63) / 64) }
        words[group][row >> 6] |= 1 << UInt64(row & 63)
    }

    // MARK: Asking

    package func contains(_ row: Int, group: Int) -> Bool {
        let words = words[group]
        return !words.isEmpty && words[row >> 6] >> UInt64(row & 63) & 1 != 0
    }

    package func count(group: Int) -> Int { words[group].reduce(0) { $0 + $1.nonzeroBitCount } }

    package var count: Int { words.indices.reduce(0) { $0 + count(group: $1) } }

    package var isEmpty: Bool { words.allSatisfy { $0.allSatisfy { $0 == 0 } } }

    /// Every row of the segment is in the set.
    package var isAll: Bool { rowCounts.indices.allSatisfy { count(group: $0) == rowCounts[$0] } }

    /// The rows of a row group, ascending.
    package func rows(group: Int) -> [Int32] {
        words[group].isEmpty ? [] : (0..<Int32(rowCounts[group])).filter { contains(Int($0), group: group) }
    }

    /// Clears the byte of each row of a row group that is in the set.
    package func clear(_ mask: UnsafeMutablePointer<UInt8>, group: Int) {
        // In bounds: a mask has a byte a row, and the highest bit is that of a row.
        for (index, word) in words[group].enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                mask[index << 6 + rest.trailingZeroBitCount] = 0
                rest &= rest &- 1
            }
        }
    }

    // MARK: Sets of the same segment

    /// The rows that are in this set and not in the other.
    package func subtracting(_ other: RowSet) -> RowSet { combined(other) { $0 & ~$1 } }

    package func union(_ other: RowSet) -> RowSet { combined(other) { $0 | $1 } }

    package func intersection(_ other: RowSet) -> RowSet { combined(other) { $0 & $1 } }

    /// The rows that are not in this set.
    package var complement: RowSet {
        var all = RowSet(rowCounts: rowCounts)
        for group in rowCounts.indices { all.insert(0..<UInt32(rowCounts[group]), group: group) }
        return all.subtracting(self)
    }

    private func combined(_ other: RowSet, _ combine: (UInt64, UInt64) -> UInt64) -> RowSet {
        precondition(rowCounts == other.rowCounts)
        var result = self
        for group in words.indices where !words[group].isEmpty || !other.words[group].isEmpty {
            let none = [UInt64](repeating: 0, count: (rowCounts[group] + 63) / 64)
            let (left, right) = (
                words[group].isEmpty ? none : words[group], other.words[group].isEmpty ? none : other.words[group]
            )
            result.words[group] = zip(left, right).map(combine)
        }
        return result
    }
}
