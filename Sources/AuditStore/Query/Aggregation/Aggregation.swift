import SegmentFormat
import Synchronization

/// The groups of a query with their aggregates.
package struct AggregatedGroups: Sendable {
    package let plan: AggregationPlan
    private let merge: GroupMerge
    private let measures: [MeasureMerge.Finished]
    private let needs: [MeasureNeeds]
    /// For each key the rank of each id among the key's values; absent values come last.
    private let ranks: [[UInt32]]

    init(_ merge: GroupMerge) {
        self.merge = merge
        plan = merge.plan
        needs = merge.plan.measures
        measures = merge.measures.map { $0.finished(groups: merge.counts.count) }
        ranks = merge.keys.map { key in
            let values = key.values
            var ranks = [UInt32](repeating: .max, count: values.count + 1)
            for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
                ranks[index + 1] = UInt32(rank)
            }
            return ranks
        }
    }

    /// The groups that are part of the answer: without those that lack a key which must be there.
    package var groups: [Int] {
        merge.counts.indices.filter { group in
            plan.keys.indices.allSatisfy { plan.keys[$0].keepsAbsent || merge.index.id(group, key: $0) != absentCode }
        }
    }

    package func key(_ key: Int, of group: Int) -> EventValue? {
        let id = merge.index.id(group, key: key)
        return id == absentCode ? nil : merge.keys[key].values[Int(id) - 1]
    }

    /// Equal for groups with equal keys.
    package func keyID(_ key: Int, of group: Int) -> UInt32 { merge.index.id(group, key: key) }

    /// The value of an aggregate that is one; nil for those that are lists.
    package func value(_ aggregate: AggregateKind, of group: Int) -> EventValue? {
        switch aggregate {
        case .count: .integer(Int64(merge.counts[group]))
        case .distinct(let field): .integer(Int64(measures[field].distinct(group)))
        case .sum(let field): measures[field].sum(group)
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
        switch aggregate {
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
        let left = ranks[key][Int(merge.index.id(a, key: key))]
        let right = ranks[key][Int(merge.index.id(b, key: key))]
        return left == right ? nil : left < right
    }
}

/// What an aggregate gives.
package enum AggregateResult: Sendable {
    case value(EventValue?)
    case values([CountedValue])
    case ranges([CountedRange])

    /// The value, if it is one.
    package var value: EventValue? { if case .value(let value) = self { value } else { nil } }
}

/// A value and how many events have it.
package struct CountedValue: Sendable, Hashable {
    package var value: EventValue
    package var count: Int
}

extension EventScan {
    /// Groups the events that match, and aggregates each group.
    ///
    /// Without keys there is exactly one group, even if no event matches.
    package func aggregate(_ plan: AggregationPlan) async throws -> AggregatedGroups {
        let predicate = wholePredicate
        let schema = schema
        let merge = SharedMerge(plan)
        try await run { segment in
            try PreparedAggregation(segment, plan, predicate, schema)
        } scan: { prepared, segment, group, scratch in
            let reader = scratch.open(segment.reader, group: group)
            return try GroupScan(
                prepared: prepared, segment: segment.description, firstRow: segment.firstRows[group], reader: reader,
                scratch: scratch
            ).run()
        } merge: { partial in
            merge.state.withLock { $0.add(partial) }
        }
        return AggregatedGroups(
            merge.state.withLock { state in
                state.addEmptyGroup()
                return state
            })
    }
}

private final class SharedMerge: Sendable {
    let state: Mutex<GroupMerge>
    init(_ plan: AggregationPlan) { state = Mutex(GroupMerge(plan)) }
}

extension GroupMerge {
    /// Without keys, nothing is a group too: its count is 0.
    fileprivate mutating func addEmptyGroup() {
        guard plan.keys.isEmpty, counts.isEmpty else { return }
        add(
            GroupPartial(
                groups: 1, keyIDs: [], keyTables: [], counts: [0], measures: plan.fields.map { _ in MeasurePartial() }))
    }
}
