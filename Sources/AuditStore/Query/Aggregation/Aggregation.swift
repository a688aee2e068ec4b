import SegmentFormat
import Synchronization

/// The groups of a query with their aggregates.
package struct AggregatedGroups: Sendable {
    package let plan: AggregationPlan
    private let merge: GroupMerge
    private let measures: [MeasureMerge.Finished]
    /// For each key the rank of each id among the key's values; absent values come last.
    private let ranks: [[UInt32]]

    init(_ merge: GroupMerge) {
        self.merge = merge
        plan = merge.plan
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

    package func value(_ aggregate: AggregateKind, of group: Int) -> EventValue? {
        switch aggregate {
        case .count: .integer(Int64(merge.counts[group]))
        case .distinct(let field): .integer(Int64(measures[field].distinct(group)))
        case .sum(let field): measures[field].sum(group)
        case .smallest(let field): measures[field].smallest(group)
        case .largest(let field): measures[field].largest(group)
        case .average(let field): measures[field].average(group)
        case .quantile(let field, let q): measures[field].quantile(group, q)
        case .first(let field): measures[field].first(group)
        case .last(let field): measures[field].last(group)
        }
    }

    /// Whether `a` comes before `b` by a key upwards; nil if they are equal in it. Absent values come last.
    package func keyOrder(_ key: Int, _ a: Int, _ b: Int) -> Bool? {
        let left = ranks[key][Int(merge.index.id(a, key: key))]
        let right = ranks[key][Int(merge.index.id(b, key: key))]
        return left == right ? nil : left < right
    }
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
