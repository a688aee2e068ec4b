import SegmentFormat

/// Which groups are collected, where all of them at once would be too many: those whose keys' hash lies in some of the equal
/// parts of all hashes. Each of these parts has a merge of its own, so that several threads merge at once.
struct GroupPartition: Sendable {
    /// Equal parts that the hashes are divided into.
    var parts = 1
    /// The parts that are collected; the first one has lane 0.
    var collected = 0..<1

    /// Nothing is left out, and there is one merge.
    var isWhole: Bool { parts == 1 }
    var lanes: Int { collected.count }

    func lane(of hash: UInt64) -> Int? {
        let part = Int(hash.multipliedFullWidth(by: UInt64(parts)).high)
        return collected.contains(part) ? part - collected.lowerBound : nil
    }
}

/// Rows with the group of each.
struct GroupedRows {
    let rows: RowList
    /// By position in the list; nil: all are in group 0.
    let groups: UnsafePointer<UInt32>?
    /// Groups are 0 ..< count.
    let count: Int

    /// Calls `body` with the row and its group.
    @inline(__always)
    func forEach(_ body: (_ row: Int, _ group: Int) -> Void) {
        if let groups {
            rows.forEach { position, row in body(row, Int(groups[position])) }
        } else {
            rows.forEach { _, row in body(row, 0) }
        }
    }
}

/// The groups of one row group, before they are told apart by lanes.
struct ScannedGroups {
    private let rows: RowList
    private let rowWords: RowWords?
    private let groups: RowWords?
    let count: Int
    let counts: [UInt32]
    /// For each key the id of each group.
    let keyIDs: [[UInt32]]
    let tables: [ElementTable]

    init(rows: RowList, rowWords: RowWords?, numbers: GroupNumbers, tables: [ElementTable]) {
        self.rows = rows
        self.rowWords = rowWords
        groups = numbers.groups
        count = numbers.count
        counts = numbers.counts
        keyIDs = numbers.keyIDs
        self.tables = tables
    }

    /// Valid as long as this is.
    var grouped: GroupedRows {
        GroupedRows(rows: rows, groups: groups.map { UnsafePointer($0.start) }, count: count)
    }

    /// The lane of each group, -1 for those that are not collected.
    ///
    /// - Parameter hashed: the keys that decide.
    func lanes(_ partition: GroupPartition, hashed: [Int]) -> [Int32] {
        var hashes = [UInt64](repeating: 0, count: count)
        for key in hashed {
            let table = tables[key]
            for group in 0..<count {
                let id = keyIDs[key][group]
                let hash = table.hashes.isEmpty ? table.values.hash(id) : table.hashes[Int(id)]
                hashes[group] = PairCounts.hash((hashes[group] << 5 | hashes[group] >> 59) ^ hash)
            }
        }
        return hashes.map { Int32(partition.lane(of: $0) ?? -1) }
    }

    /// Only the groups of one lane, renumbered.
    func restricted(to lane: Int, _ lanes: [Int32], _ pool: RowWordPool) -> ScannedGroups {
        var numbers = [UInt32](repeating: .max, count: count)
        var kept: [Int] = []
        var rowCount = 0
        for group in 0..<count where lanes[group] == Int32(lane) {
            numbers[group] = UInt32(kept.count)
            kept.append(group)
            rowCount += Int(counts[group])
        }
        let (newRows, newGroups) = (RowWords(rowCount, from: pool), RowWords(rowCount, from: pool))
        var next = 0
        grouped.forEach { row, group in
            guard numbers[group] != .max else { return }
            newRows.start[next] = UInt32(row)
            newGroups.start[next] = numbers[group]
            next += 1
        }
        return ScannedGroups(self, kept, RowList(UnsafePointer(newRows.start), count: rowCount), newRows, newGroups)
    }

    private init(_ whole: ScannedGroups, _ kept: [Int], _ rows: RowList, _ rowWords: RowWords, _ groups: RowWords) {
        self.rows = rows
        self.rowWords = rowWords
        self.groups = groups
        count = kept.count
        counts = kept.map { whole.counts[$0] }
        keyIDs = whole.keyIDs.map { ids in kept.map { ids[$0] } }
        tables = whole.tables
    }
}
