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

/// The groups of one row group, before they are told apart by lanes.
struct ScannedGroups {
    var rows: [UInt32]
    /// The group of each of the rows.
    var groups: [UInt32]
    var count: Int
    /// For each key the id of each group.
    var keyIDs: [[UInt32]]
    var tables: [ElementTable]

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
    func restricted(to lane: Int, _ lanes: [Int32]) -> ScannedGroups {
        var numbers = [UInt32](repeating: .max, count: count)
        var kept: [Int] = []
        for group in 0..<count where lanes[group] == Int32(lane) {
            numbers[group] = UInt32(kept.count)
            kept.append(group)
        }
        var newRows: [UInt32] = []
        var newGroups: [UInt32] = []
        newRows.reserveCapacity(rows.count)
        newGroups.reserveCapacity(rows.count)
        for (row, group) in zip(rows, groups) where numbers[Int(group)] != .max {
            newRows.append(row)
            newGroups.append(numbers[Int(group)])
        }
        return ScannedGroups(
            rows: newRows, groups: newGroups, count: kept.count, keyIDs: keyIDs.map { ids in kept.map { ids[$0] } },
            tables: tables)
    }
}
