import SegmentFormat

/// Groups of an answer with the values of their keys and aggregates: what is left of groups that were merged in parts.
struct GroupRows: Sendable {
    let plan: AggregationPlan
    private(set) var count = 0
    /// One a key and a group.
    private var keys = ChunkedArray<EventValue?>()
    /// One an aggregate and a group.
    private var values = ChunkedArray<AggregateResult>()
    /// Bytes, roughly, with those of the answer that will be made of them.
    private(set) var memory = 0

    init(_ plan: AggregationPlan) { self.plan = plan }

    mutating func append(_ group: Int, of groups: AggregatedGroups) {
        for key in plan.keys.indices { add(key: groups.key(key, of: group)) }
        for aggregate in plan.aggregates {
            let value = groups.result(aggregate, of: group)
            memory += value.heapBytes
            values.append(value)
        }
        memory += Self.bytes(plan)
        count += 1
    }

    /// The same of a group that has its values.
    mutating func append(_ group: Int, of groups: GroupRows) {
        for place in group * plan.keys.count..<(group + 1) * plan.keys.count { add(key: groups.keys[place]) }
        for place in group * plan.aggregates.count..<(group + 1) * plan.aggregates.count {
            add(value: groups.values[place])
        }
        endGroup()
    }

    /// A group of a temporary file.
    mutating func append(_ reader: inout ByteReader) throws {
        for _ in plan.keys { add(key: try GroupRowCoding.value(&reader)) }
        for _ in plan.aggregates { add(value: try GroupRowCoding.result(&reader)) }
        endGroup()
    }

    private mutating func add(key: EventValue?) {
        // Values of keys are shared by groups; those that are long mostly belong to few.
        memory += key?.heapBytes ?? 0
        keys.append(key)
    }

    private mutating func add(value: AggregateResult) {
        memory += value.heapBytes
        values.append(value)
    }

    private mutating func endGroup() {
        memory += Self.bytes(plan)
        count += 1
    }

    /// Bytes of a group without its text: here, and in an answer.
    static func bytes(_ plan: AggregationPlan) -> Int {
        64 + 2 * (plan.keys.count + plan.aggregates.count) * MemoryLayout<AggregateResult>.stride
    }

    func key(_ key: Int, of group: Int) -> EventValue? { keys[group * plan.keys.count + key] }

    func result(_ aggregate: AggregateKind, of group: Int) -> AggregateResult {
        guard let index = plan.aggregates.firstIndex(of: aggregate) else { return .value(nil) }
        return values[group * plan.aggregates.count + index]
    }

    /// For each key the id of each group: equal for equal values, 0 for absent; and the values of ids from 1 on.
    func interned() throws -> (ids: [[UInt32]], values: [ChunkedArray<EventValue>]) {
        var ids: [[UInt32]] = []
        var values: [ChunkedArray<EventValue>] = []
        for key in plan.keys.indices {
            var interner = ValueInterner()
            do {
                ids.append(
                    try (0..<count).mapChecking { group in self.key(key, of: group).map { interner.code($0) } ?? 0 })
            } catch {
                LaterRelease.take(&interner, leaving: ValueInterner())
                throw error
            }
            values.append(interner.values)
        }
        return (ids, values)
    }
}
