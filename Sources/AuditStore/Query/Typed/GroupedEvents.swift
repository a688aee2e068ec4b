/// Events in groups, before it is said what to compute of each.
public struct GroupedEvents<Schema: AuditSchema, each Key: GroupingKey>: Sendable {
    let scan: EventScan
    let keys: [AggregationPlan.Key]

    /// What to compute of each group.
    public func aggregate<each Value: Sendable>(
        _ aggregates: repeat Aggregate<Schema.Fields, each Value>
    ) -> AggregateQuery<(repeat (each Key).Output), (repeat each Value)> {
        let (plan, kinds) = EventQuery<Schema>.plan(keys, repeat each aggregates)
        return AggregateQuery(
            scan: scan, plan: plan, kinds: kinds,
            key: { groups, group in
                var next = 0
                func output<K: GroupingKey>(_: K.Type) throws -> K.Output {
                    defer { next += 1 }
                    guard let output = K.output(groups.key(next, of: group)) else { throw MissingKey() }
                    return output
                }
                return try? (repeat output((each Key).self))
            },
            values: { groups, group in
                var next = 0
                func value<V>(_ aggregate: Aggregate<Schema.Fields, V>) -> V {
                    defer { next += 1 }
                    return aggregate.output(groups.result(kinds[next], of: group))
                }
                return (repeat value(each aggregates))
            })
    }
}

/// A key that is not of the key's type, so that the group is no part of the answer.
private struct MissingKey: Error {}

/// A group-by that is ready to be asked.
///
///     let loud = try await store.events
///         .group { $0.user.name }
///         .aggregate(.count, .distinct(\.remoteIP))
///         .having { $0.value.0 > 100 }
///         .order(.descending) { $0.value.1 }
///         .limit(10)
///         .rows()
///
/// Its rows are pairs of the keys and the aggregates, each a tuple if there are several.
public struct AggregateQuery<Keys: Sendable, Values: Sendable>: Sendable {
    public typealias Row = (key: Keys, value: Values)

    let scan: EventScan
    let plan: AggregationPlan
    let kinds: [AggregateKind]
    let key: @Sendable (AggregatedGroups, Int) -> Keys?
    let values: @Sendable (AggregatedGroups, Int) -> Values
    var tests: [@Sendable (Row) -> Bool] = []
    var orders: [GroupOrder] = []
    var count: Int?

    /// The groups that pass every `having`, in the order of every `order` and then by their keys upwards, as many as `limit`.
    public func rows() async throws -> [Row] {
        let groups = try await scan.aggregate(plan, keepsAll: tests.isEmpty && count == nil, keeping: select)
        return try select(groups).compactMapChecking { row($0, groups) }
    }

    /// The same groups one after the other, however many they are: those that do not fit the memory budget are sorted in parts,
    /// which go to a temporary file (``QueryOptions/temporaryDirectory``) and are merged as they are read.
    ///
    ///     for try await ((user, agent), count) in try await pairs.stream() { … }
    ///
    /// - Throws: `AuditStoreError`: `.limit` if the values of one group do not fit the budget, `.diskFull` or `.io` if the
    ///   temporary file cannot be written, `.cancelled`.
    public func stream() async throws -> GroupSequence<Keys, Values> {
        let query = self
        guard count == nil else {
            let groups = try await scan.aggregate(plan, keeping: select)
            return GroupSequence(query: self, answer: GroupAnswer(groups, try select(groups)))
        }
        return GroupSequence(query: self, answer: try await scan.answer(plan) { try query.select($0) })
    }

    /// The `count` groups with the largest value of an aggregate, largest first, equal ones by their keys upwards.
    ///
    /// - Parameter value: leads from the aggregates to the one that decides: `\.0` is the first of several.
    public func top<Value: Comparable & SendableMetatype>(
        _ count: Int, by value: @escaping @Sendable (Values) -> Value
    ) async throws -> [Row] {
        try await order(.descending) { value($0.value) }.limit(count).rows()
    }

    /// The `count` groups with the largest value of the first aggregate, largest first, equal ones by their keys upwards.
    public func top(_ count: Int) async throws -> [Row] {
        var query = self
        let kind = kinds[0]
        query.orders.append(GroupOrder { _, _ in .aggregate(kind, .descending) })
        return try await query.limit(count).rows()
    }

    /// The groups of the answer, in its order.
    private func select(_ groups: AggregatedGroups) throws -> [Int] {
        var list = try groups.groups
        for test in tests { list = try list.filterChecking { row($0, groups).map(test) ?? false } }
        var sort = try GroupSort(groups, list, by: orders.map { try $0.criterion(groups, list) })
        return try sort.sorted(limit: count)
    }

    func row(_ group: Int, _ groups: AggregatedGroups) -> Row? {
        key(groups, group).map { ($0, values(groups, group)) }
    }
}

extension Array {
    /// The first `count` elements in the given order, without sorting all the others.
    package func smallest(_ count: Int, by precedes: (Element, Element) throws -> Bool) rethrows -> [Element] {
        guard count < self.count / 4 else { return Array(try sorted(by: precedes).prefix(count)) }
        // A heap whose root is the worst of the best so far.
        var heap: [Element] = []
        heap.reserveCapacity(Swift.max(count, 0))
        func sink(_ start: Int) throws {
            var i = start
            while true {
                var worst = i
                for child in [2 * i + 1, 2 * i + 2] where child < heap.count {
                    if try precedes(heap[worst], heap[child]) { worst = child }
                }
                guard worst != i else { return }
                heap.swapAt(i, worst)
                i = worst
            }
        }
        for element in self where count > 0 {
            if heap.count < count {
                heap.append(element)
                if heap.count == count { for i in stride(from: count / 2, through: 0, by: -1) { try sink(i) } }
            } else if try precedes(element, heap[0]) {
                heap[0] = element
                try sink(0)
            }
        }
        return try heap.sorted(by: precedes)
    }
}
