import SegmentFormat

/// The groups of a query with their aggregates.
package final class AggregatedGroups: @unchecked Sendable {
    // Variables are set when this is made, and let go of when it ends.
    package let plan: AggregationPlan
    private var merge: GroupMerge
    private var measures: [MeasureMerge.Finished]
    private let needs: [MeasureNeeds]
    /// For each key the rank of each id among the key's values; absent values come last. Empty where values are compared
    /// themselves, because few of many will be.
    private let ranks: [[UInt32]]

    /// Groups that were merged in parts: these have their values already.
    private var rows: GroupRows?
    /// For each key the id of each of these groups; none where values are compared themselves.
    private let rowIDs: [[UInt32]]

    /// - Parameter comparesAll: whether all groups will be sorted, and not the first ones found.
    init(_ merge: GroupMerge, comparesAll: Bool = true) throws {
        self.merge = merge
        plan = merge.plan
        needs = merge.plan.measures
        measures = try zip(merge.measures, merge.plan.measures).map { try $0.finished(groups: merge.counts.count, $1) }
        ranks = try merge.keys.map { key in
            comparesAll || key.values.count < Self.valuesWorthRanking ? try Self.ranks(key.values) : []
        }
        rows = nil
        rowIDs = []
        try checkCancellation()
    }

    convenience init(_ rows: GroupRows) throws {
        let interned = try rows.interned()
        self.init(rows, ids: interned.ids, ranks: try interned.values.map(Self.ranks))
        try checkCancellation()
    }

    /// Groups of which few are compared with each other; `keyID` is not for these.
    convenience init(unordered rows: GroupRows) {
        self.init(rows, ids: [], ranks: [])
    }

    private init(_ rows: GroupRows, ids: [[UInt32]], ranks: [[UInt32]]) {
        self.rows = rows
        plan = rows.plan
        merge = GroupMerge(rows.plan)
        measures = []
        needs = []
        rowIDs = ids
        self.ranks = ranks
    }

    deinit {
        guard count > LaterRelease.fewGroups else { return }
        LaterRelease.take(&merge, leaving: GroupMerge(plan))
        LaterRelease.take(&measures, leaving: [])
        LaterRelease.take(&rows, leaving: nil)
    }

    private var count: Int { rows?.count ?? merge.counts.count }

    private static let valuesWorthRanking = 10_000

    /// By id; absent values come last.
    private static func ranks(_ values: ChunkedArray<EventValue>) throws -> [UInt32] {
        try [.max] + values.ranks()
    }

    /// For each id of a key its rank; nil where values are compared themselves.
    func ranks(ofKey key: Int) -> [UInt32]? {
        guard key < ranks.count, !ranks[key].isEmpty else { return nil }
        return ranks[key]
    }

    /// The groups that are part of the answer: without those that lack a key which must be there.
    package var groups: [Int] {
        get throws {
            let needed = plan.keys.indices.filter { !plan.keys[$0].keepsAbsent }
            return try (0..<count).filterChecking { group in needed.allSatisfy { !isAbsent($0, of: group) } }
        }
    }

    package func key(_ key: Int, of group: Int) -> EventValue? {
        if let rows { return rows.key(key, of: group) }
        let id = merge.index.id(group, key: key)
        return id == absentCode ? nil : merge.keys[key].values[Int(id) - 1]
    }

    package func isAbsent(_ key: Int, of group: Int) -> Bool {
        rows.map { $0.key(key, of: group) == nil } ?? (merge.index.id(group, key: key) == absentCode)
    }

    /// Equal for groups with equal keys.
    package func keyID(_ key: Int, of group: Int) -> UInt32 {
        rows == nil ? merge.index.id(group, key: key) : rowIDs[key][group]
    }

    /// The value of an aggregate that is one; nil for those that are lists.
    package func value(_ aggregate: AggregateKind, of group: Int) -> EventValue? {
        if let rows { return rows.result(aggregate, of: group).value }
        return switch aggregate {
        case .count: .integer(Int64(merge.counts[group]))
        case .distinct(let field): .integer(Int64(measures[field].distinct(group)))
        case .sum(let field): measures[field].sum(group)
        case .mismatches(let field): measures[field].sum(group) ?? .integer(0)
        case .smallest(let field): measures[field].smallest(group)
        case .largest(let field): measures[field].largest(group)
        case .average(let field): measures[field].average(group)
        case .quantile(let field, let q): measures[field].quantile(group, q)
        case .approximateQuantile(let field, let q): measures[field].approximateQuantile(group, q)
        case .approximateDistinct(let field):
            .integer(Int64(measures[field].summary.approximateDistinct(group)))
        case .standardDeviation(let field): measures[field].standardDeviation(group)
        case .frequent, .histogram: nil
        case .first(let field): measures[field].first(group)
        case .last(let field): measures[field].last(group)
        }
    }

    /// An aggregate of any kind.
    package func result(_ aggregate: AggregateKind, of group: Int) -> AggregateResult {
        if let rows { return rows.result(aggregate, of: group) }
        return switch aggregate {
        case .frequent(let field, let count):
            .values(measures[field].frequent(group, count).map { CountedValue(value: $0.value, count: $0.count) })
        case .histogram(let field, let rule):
            .ranges(
                measures[field].histogram(group, rule, index: needs[field].histograms.firstIndex(of: rule) ?? 0))
        default: .value(value(aggregate, of: group))
        }
    }

    /// Whether `a` comes before `b` by a key upwards; nil if they are equal in it. Absent values come last.
    package func keyOrder(_ key: Int, _ a: Int, _ b: Int) -> Bool? {
        if let rows, rowIDs.isEmpty {
            switch (rows.key(key, of: a), rows.key(key, of: b)) {
            case (let left?, let right?):
                let order = left.order(to: right)
                return order == 0 ? nil : order < 0
            case (nil, nil): return nil
            case (_, let right): return right == nil
            }
        }
        let (a, b) = (keyID(key, of: a), keyID(key, of: b))
        if a == b { return nil }
        guard ranks[key].isEmpty else { return ranks[key][Int(a)] < ranks[key][Int(b)] }
        if a == absentCode || b == absentCode { return b == absentCode }
        return merge.keys[key].values[Int(a) - 1] < merge.keys[key].values[Int(b) - 1]
    }
}
