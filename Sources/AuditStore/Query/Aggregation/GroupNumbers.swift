import SegmentFormat

/// The groups of a list of rows: how many rows each has, what its keys are, and which one each row is in.
///
/// Ids of several keys are combined to indices of a table as long as that is small; then those that occur are numbered, and the next
/// key is combined with these numbers. Only where even that is too much are pairs hashed.
struct GroupNumbers {
    private(set) var count = 1
    /// Rows of each group.
    private(set) var counts: [UInt32] = []
    /// For each key the id of each group.
    private(set) var keyIDs: [[UInt32]] = []
    /// The group of each row; nil without keys, or if nobody needs it.
    private(set) var groups: RowWords?

    private let rows: Int
    private let pool: RowWordPool
    /// A table of so many slots is cheaper to clear than hashing the rows is.
    private let largestTable: Int

    /// - Parameters:
    ///   - ids: for each key an id a row; without keys all rows are one group.
    ///   - dimensions: for each key, one more than its largest id.
    ///   - needsGroups: whether the group of each row is asked for.
    init(_ ids: [RowIDs], _ dimensions: [Int], rows: Int, needsGroups: Bool, _ pool: RowWordPool) {
        self.rows = rows
        self.pool = pool
        largestTable = max(1 << 12, rows * 2)
        guard var combined = ids.first else {
            counts = [UInt32(rows)]
            return
        }
        // The sizes that were multiplied since groups were numbered last.
        var factors = [dimensions[0]]
        var size = dimensions[0]
        for (next, dimension) in zip(ids, dimensions).dropFirst() {
            if size * dimension > largestTable, !factors.isEmpty {
                combined = number(combined, factors, size: size, needsGroups: true)
                (factors, size) = ([], count)
            }
            if size * dimension <= largestTable {
                combined = combine(combined, next, UInt32(dimension))
                factors.append(dimension)
                size *= dimension
            } else {
                combined = hash(combined, next)
                (factors, size) = ([], count)
            }
        }
        if !factors.isEmpty { _ = number(combined, factors, size: size, needsGroups: needsGroups) }
    }

    /// Adds the ids of keys that all rows have in common.
    ///
    /// - Parameter constants: for each key its id, nil for those that were counted.
    mutating func insert(_ constants: [UInt32?]) {
        for (key, constant) in constants.enumerated() {
            if let constant { keyIDs.insert([UInt32](repeating: constant, count: count), at: key) }
        }
    }

    /// One number for two.
    private func combine(_ left: RowIDs, _ right: RowIDs, _ factor: UInt32) -> RowIDs {
        let target = RowWords(rows, from: pool)
        for i in 0..<rows { target.start[i] = left.ids[i] &* factor &+ right.ids[i] }
        withExtendedLifetime((left, right)) {}
        return RowIDs(target)
    }

    /// Numbers the combined ids that occur.
    ///
    /// - Returns: the group of each row; meaningless where groups are not needed.
    private mutating func number(_ combined: RowIDs, _ factors: [Int], size: Int, needsGroups: Bool) -> RowIDs {
        guard size <= largestTable else { return hash(combined, nil) }
        defer { withExtendedLifetime(combined) {} }
        var table = count(combined, size: size)
        var slots: [UInt32] = []
        counts.removeAll(keepingCapacity: true)
        for slot in 0..<size where table[slot] != 0 {
            counts.append(table[slot])
            table[slot] = UInt32(slots.count)
            slots.append(UInt32(slot))
        }
        count = slots.count
        var newIDs: [[UInt32]] = []
        for factor in factors.reversed() {
            let divisor = UInt32(factor)
            newIDs.append(slots.map { $0 % divisor })
            for i in slots.indices { slots[i] /= divisor }
        }
        // What is left of a slot is the group of the keys before.
        keyIDs = keyIDs.map { ids in slots.map { ids[Int($0)] } } + newIDs.reversed()
        guard needsGroups else {
            groups = nil
            return combined
        }
        let target = RowWords(rows, from: pool)
        table.withUnsafeBufferPointer { table in
            for i in 0..<rows { target.start[i] = table[Int(combined.ids[i])] }
        }
        groups = target
        return RowIDs(target)
    }

    /// How often each id occurs.
    private func count(_ combined: RowIDs, size: Int) -> [UInt32] {
        // Neighbours mostly lie in the same group: with two tables, one addition need not wait for the one before.
        var table = [UInt32](repeating: 0, count: size * 2)
        table.withUnsafeMutableBufferPointer { table in
            let (even, odd) = (table.baseAddress!, table.baseAddress! + size)
            // In bounds: each combined id is below the product of the factors.
            var i = 0
            while i + 1 < rows {
                even[Int(combined.ids[i])] &+= 1
                odd[Int(combined.ids[i + 1])] &+= 1
                i += 2
            }
            if i < rows { even[Int(combined.ids[i])] &+= 1 }
            for slot in 0..<size { even[slot] &+= odd[slot] }
        }
        return table
    }

    /// Numbers the pairs that occur of a row's group and another id, or the ids of the first key alone.
    private mutating func hash(_ left: RowIDs, _ right: RowIDs?) -> RowIDs {
        let target = RowWords(rows, from: pool)
        let numbers = KeyNumbers()
        var pairs: [UInt64] = []
        counts.removeAll(keepingCapacity: true)
        for i in 0..<rows {
            let pair = UInt64(left.ids[i]) << 32 | (right.map { UInt64($0.ids[i]) } ?? 0)
            let number = numbers.number(pair)
            if Int(number) == pairs.count {
                pairs.append(pair)
                counts.append(0)
            }
            counts[Int(number)] &+= 1
            target.start[i] = number
        }
        withExtendedLifetime((left, right)) {}
        count = pairs.count
        let former = keyIDs.map { ids in pairs.map { ids[Int($0 >> 32)] } }
        let low = pairs.map { UInt32(truncatingIfNeeded: $0) }
        keyIDs = right == nil ? [pairs.map { UInt32($0 >> 32) }] : former + [low]
        groups = target
        return RowIDs(target)
    }
}
