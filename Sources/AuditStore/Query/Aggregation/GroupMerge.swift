import SegmentFormat

/// Joins the groups of row groups by their values. Strings are touched here only, once for each distinct value of a segment.
struct GroupMerge: Sendable {
    /// A field's values over all segments: ids from 1 on.
    struct Values: Sendable {
        private(set) var interner = ValueInterner()
        /// For each table that is shared by row groups of a segment: the id of each of its ids, 0 for not yet known.
        private var known: [ObjectIdentifier: (table: ElementTable, ids: [UInt32])] = [:]

        var values: ChunkedArray<EventValue> { interner.values }

        /// Translates ids of a table.
        mutating func translate(_ table: ElementTable, _ body: ((UInt32) -> UInt32) throws -> Void) rethrows {
            let identity = ObjectIdentifier(table)
            var ids = known.removeValue(forKey: identity)?.ids ?? []
            if ids.isEmpty { ids = Array(repeating: 0, count: table.count + 1) }
            try body { id in
                guard id != absentCode else { return absentCode }
                if ids[Int(id)] == 0, let value = table.values.value(id) { ids[Int(id)] = interner.code(value) }
                return ids[Int(id)]
            }
            // Those of single row groups do not come again.
            if table.isOfSegment { known[identity] = (table, ids) }
        }

        /// Forgets the tables of segments that are done.
        mutating func forgetTables(keeping limit: Int) { if known.count > limit { known.removeAll() } }

        /// Bytes, roughly, with those that ordering the values will take.
        var memory: Int {
            interner.memory + interner.values.count * 12 + known.values.reduce(0) { $0 + $1.ids.count * 4 }
        }
    }

    let plan: AggregationPlan
    private(set) var keys: [Values]
    private(set) var measures: [MeasureMerge]
    private(set) var index: GroupIndex
    private(set) var counts = ChunkedArray<Int>()

    init(_ plan: AggregationPlan) {
        self.plan = plan
        keys = plan.keys.map { _ in Values() }
        measures = plan.fields.map { _ in MeasureMerge() }
        index = GroupIndex(keys: plan.keys.count)
    }

    /// - Throws: if the task was cancelled; the merge is of no use then.
    mutating func add(_ partial: GroupPartial) throws {
        var check = CancellationCheck()
        var keyIDs: [[UInt32]] = []
        for (i, ids) in partial.keyIDs.enumerated() {
            var translated: [UInt32] = []
            translated.reserveCapacity(ids.count)
            try keys[i].translate(partial.keyTables[i]) { translate in
                for id in ids {
                    try check.step()
                    translated.append(translate(id))
                }
            }
            keys[i].forgetTables(keeping: 64)
            keyIDs.append(translated)
        }
        var groups: [Int] = []
        groups.reserveCapacity(partial.groups)
        for group in 0..<partial.groups {
            try check.step()
            let number = index.number(keyIDs, group)
            if number == counts.count { counts.append(0) }
            counts[number] += Int(partial.counts[group])
            groups.append(number)
        }
        for i in measures.indices { try measures[i].add(partial.measures[i], groups: groups) }
    }

    /// Without keys, nothing is a group too: its count is 0.
    mutating func addEmptyGroup() throws {
        guard plan.keys.isEmpty, counts.isEmpty else { return }
        try add(
            GroupPartial(
                groups: 1, keyIDs: [], keyTables: [], counts: [0], measures: plan.fields.map { _ in MeasurePartial() }))
    }

    /// Bytes, roughly, with those that ordering the groups will take.
    var memory: Int {
        var bytes = index.memory + counts.count * (8 + 16 + MemoryLayout<EventValue?>.stride)
        for key in keys { bytes += key.memory }
        for measure in measures { bytes += measure.memory }
        return bytes
    }
}

/// Gives combinations of key ids group numbers from 0 on.
struct GroupIndex: Sendable {
    private let width: Int
    /// `width` ids a group.
    private var ids = ChunkedArray<UInt32>()
    /// An open-addressing hash table of groups, each one more than its number.
    private var slots = ZeroedTable<UInt32>(64)
    private(set) var count = 0

    init(keys: Int) { width = keys }

    var memory: Int { count * (4 * width + 12) }

    func id(_ group: Int, key: Int) -> UInt32 { ids[group * width + key] }

    private static let start: UInt64 = 0x51_7c_c1_b7_27_22_0a_95

    private static func mix(_ hash: UInt64, _ id: UInt32) -> UInt64 {
        PairCounts.hash((hash << 5 | hash >> 59) ^ UInt64(id))
    }

    /// The number of the group that has the ids of row `row` in `columns`.
    mutating func number(_ columns: [[UInt32]], _ row: Int) -> Int {
        var hash = Self.start
        for column in columns { hash = Self.mix(hash, column[row]) }
        if count * 2 >= slots.count { grow() }
        let table = slots.start
        let mask = slots.count - 1
        // In bounds: the mask is that of the size; half of the slots are free.
        var slot = Int(truncatingIfNeeded: hash) & mask
        search: while table[slot] != 0 {
            let group = Int(table[slot]) - 1
            for key in 0..<width where ids[group * width + key] != columns[key][row] {
                slot = (slot + 1) & mask
                continue search
            }
            return group
        }
        count += 1
        ZeroedTable.ensureUnique(&slots)
        slots.start[slot] = UInt32(count)
        for column in columns { ids.append(column[row]) }
        return count - 1
    }

    private mutating func grow() {
        let larger = ZeroedTable<UInt32>(slots.count * 2)
        let mask = larger.count - 1
        for group in 0..<count {
            if isAbandoned(group) { break }
            var hash = Self.start
            for key in 0..<width { hash = Self.mix(hash, ids[group * width + key]) }
            var slot = Int(truncatingIfNeeded: hash) & mask
            while larger.start[slot] != 0 { slot = (slot + 1) & mask }
            larger.start[slot] = UInt32(group + 1)
        }
        slots = larger
    }
}
