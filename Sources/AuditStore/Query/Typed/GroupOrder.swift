/// Which way rows are ordered.
public enum SortDirection: Sendable {
    case ascending, descending
}

extension AggregateQuery {
    /// Only groups whose keys and aggregates pass a test; of several `having`s all have to be passed.
    ///
    /// Tests of one of several keys (`$0.key.1`) go to a query that has a name: within the chain that makes the tuple of keys the
    /// compiler (6.3) does not find its way.
    public func having(_ test: @escaping @Sendable (Row) -> Bool) -> Self {
        var query = self
        query.tests.append(test)
        return query
    }

    /// Orders the groups; a further `order` is for those that are equal in the ones before, and keys upwards for the rest.
    public func order<Value: Comparable & SendableMetatype>(
        _ direction: SortDirection = .ascending, by value: @escaping @Sendable (Row) -> Value
    ) -> Self {
        let query = self
        var ordered = self
        ordered.orders.append(
            GroupOrder { groups, list in
                // Once a group, and not at every comparison.
                let values = try list.mapChecking { query.row($0, groups).map(value) }
                let sign = direction == .ascending ? 1 : -1
                return .custom { a, b in
                    guard let x = values[a], let y = values[b] else { return 0 }
                    return x == y ? 0 : x < y ? -sign : sign
                }
            })
        return ordered
    }

    /// Only the first groups of the order. They are found without sorting all others.
    public func limit(_ count: Int) -> Self {
        var query = self
        query.count = Swift.min(count, query.count ?? .max)
        return query
    }
}

/// An order of groups.
struct GroupOrder: Sendable {
    /// Of groups and those of them that are sorted.
    let criterion: @Sendable (AggregatedGroups, [Int]) throws -> GroupSort.Criterion

    init(_ criterion: @escaping @Sendable (AggregatedGroups, [Int]) throws -> GroupSort.Criterion) {
        self.criterion = criterion
    }
}
