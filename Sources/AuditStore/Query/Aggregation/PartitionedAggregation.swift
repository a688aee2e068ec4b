import SegmentFormat
import Synchronization

extension EventScan {
    /// Groups the events that match, and aggregates each group.
    ///
    /// Without keys there is exactly one group, even if no event matches.
    ///
    /// - Throws: `.limit` if the answer, or the values of a single group, exceed the budget.
    package func aggregate(_ plan: AggregationPlan) async throws -> AggregatedGroups {
        try await aggregate(plan, keepsAll: true) { try $0.groups }
    }

    /// The same, for an answer of some of the groups only.
    ///
    /// - Parameters:
    ///   - keepsAll: whether `keep` gives all groups.
    ///   - keep: chooses the groups that can be part of the answer, from those of a part or of what was kept before.
    package func aggregate(
        _ plan: AggregationPlan, keepsAll: Bool = false, keeping keep: (AggregatedGroups) throws -> [Int]
    ) async throws -> AggregatedGroups {
        var rows = GroupRows(plan)
        let budget = options.memoryBudget
        var check = CancellationCheck()
        do {
            let whole = try await collect(
                plan, keepsAll: keepsAll, held: { rows.memory },
                makeRoom: {
                    // However small the parts, there would be no room for the answer.
                    guard rows.memory <= budget / 2 else { throw answerTooLarge(rows) }
                }
            ) { parts in
                for part in parts {
                    for group in try keep(part) {
                        try check.step()
                        rows.append(group, of: part)
                        guard rows.memory <= budget else { throw answerTooLarge(rows) }
                    }
                }
                if !keepsAll, rows.count > 0 {
                    let all = try AggregatedGroups(rows)
                    var kept = GroupRows(plan)
                    for group in try keep(all) {
                        try check.step()
                        kept.append(group, of: all)
                    }
                    rows = kept
                }
            }
            return try whole ?? AggregatedGroups(rows)
        } catch {
            if rows.count > LaterRelease.fewGroups { LaterRelease.take(&rows, leaving: GroupRows(plan)) }
            throw error
        }
    }

    /// Groups the events that match. Where the groups exceed the memory budget, the events are gone over once for each of several
    /// parts of the groups: the parts are those of a hash of the keys, their number follows from how far the first attempt got.
    ///
    /// - Parameters:
    ///   - keepsAll: whether the answer is made of all groups, and has to fit the budget, too.
    ///   - held: bytes of the budget that are used for what was collected.
    ///   - makeRoom: called before a pass is begun anew for want of room.
    ///   - collect: gets the groups of some parts, of all parts together each group once.
    /// - Returns: the groups, if they fit the budget at once; `collect` got nothing then.
    func collect(
        _ plan: AggregationPlan, keepsAll: Bool, held: () -> Int, makeRoom: () throws -> Void,
        _ collect: ([AggregatedGroups]) throws -> Void
    ) async throws -> AggregatedGroups? {
        var partition = GroupPartition()
        var passes = 0
        while true {
            passes += 1
            let pass = AggregationPass(
                reporting(pass: passes), plan, partition, otherBytes: held(), keepsAll: keepsAll)
            let counts: ScanCounts
            do { counts = try await pass.run() } catch let overflow as AggregationPass.Overflow {
                try makeRoom()
                partition = try overflow.next(partition, workers: plan.keys.isEmpty ? 1 : workers)
                continue
            }
            if partition.isWhole {
                options.recorder?.record(counts, passes: passes, groups: pass.groups)
                return try pass.takeGroups(0, comparesAll: keepsAll)
            }
            try collect(try await pass.finished())
            if partition.collected.upperBound >= partition.parts {
                options.recorder?.record(counts, passes: passes, groups: nil)
                return nil
            }
            let end = partition.collected.upperBound
            partition.collected = end..<min(partition.parts, end + partition.lanes)
        }
    }

    private func reporting(pass: Int) -> EventScan {
        guard let report = options.progress else { return self }
        var scan = self
        scan.options.progress = { progress in
            var progress = progress
            progress.pass = pass
            report(progress)
        }
        return scan
    }

    private func answerTooLarge(_ rows: GroupRows) -> AuditStoreError {
        AuditStoreError(
            .limit, "the answer does not fit the memory budget; ask for its first groups only, or raise the budget",
            expected: "at most \(options.memoryBudget) bytes", found: "more than \(rows.count) groups")
    }
}

/// One pass over the events, which collects some of the groups.
private final class AggregationPass: Sendable {
    /// The groups exceed the budget, or are so many that one thread should not merge them alone.
    struct Overflow: Error {
        /// How many times as many parts there have to be.
        var factor: Int
        /// Whether a single group is too large.
        var isOneGroup: Bool
        var budget: Int

        func next(_ partition: GroupPartition, workers: Int) throws -> GroupPartition {
            let (parts, overflow) = partition.parts.multipliedReportingOverflow(by: factor)
            guard !isOneGroup, !overflow, parts <= 1 << 16 else {
                throw AuditStoreError(
                    .limit,
                    "the values of one group do not fit the memory budget; raise it, or ask for approximate figures",
                    expected: "at most \(budget) bytes")
            }
            let first = partition.collected.lowerBound * factor
            return GroupPartition(parts: parts, collected: first..<min(parts, first + workers))
        }
    }

    private final class Lane: Sendable {
        let merge: Mutex<GroupMerge?>
        init(_ plan: AggregationPlan) { merge = Mutex(GroupMerge(plan)) }

        deinit {
            merge.withLock { merge in
                if let groups = merge?.counts.count, groups > LaterRelease.fewGroups {
                    LaterRelease.take(&merge, leaving: nil)
                }
            }
        }
    }

    private struct LanePartial: Sendable {
        var partial: GroupPartial
        /// Events before these, of all.
        var done: Double
    }

    private let scan: EventScan
    private let plan: AggregationPlan
    private let partition: GroupPartition
    private let lanes: [Lane]
    private let used: Atomic<Int>
    private let keepsAll: Bool

    /// - Parameter otherBytes: what is used of the budget already.
    init(_ scan: EventScan, _ plan: AggregationPlan, _ partition: GroupPartition, otherBytes: Int, keepsAll: Bool) {
        self.scan = scan
        self.plan = plan
        self.partition = partition
        self.keepsAll = keepsAll
        lanes = (0..<partition.lanes).map { _ in Lane(plan) }
        used = Atomic(otherBytes)
    }

    /// Arrays grow by doubling and are copied while they do: of the budget, so much is for what they hold.
    private var budget: Int { scan.options.memoryBudget / 5 * 3 }

    /// Groups that one thread merges as fast as the others find them.
    private static let groupsOfOneMerge = 1 << 16

    func run() async throws -> ScanCounts {
        let predicate = scan.wholePredicate
        let (plan, schema, partition) = (plan, scan.schema, partition)
        var rowsBefore: [UInt64: Int] = [:]
        var total = 0
        for segment in scan.segments {
            rowsBefore[segment.id] = total
            total += Int(segment.rows)
        }
        let (before, all) = (rowsBefore, Double(max(total, 1)))
        // Each worker has a row group.
        let expansionBudget = scan.options.memoryBudget / scan.workers
        let counts = try await scan.run(lanes: lanes.count) { segment in
            try PreparedAggregation(segment, plan, predicate, schema, partition, expansionBudget: expansionBudget)
        } scan: { segment, group, scratch -> [LanePartial?] in
            let reader = scratch.open(segment.reader, group: group)
            let partials = try GroupScan(
                prepared: segment.prepared, segment: segment.description, firstRow: segment.firstRows[group],
                reader: reader, scratch: scratch
            ).run()
            let done = Double(before[segment.description.id, default: 0] + segment.firstRows[group] + reader.rows) / all
            return partials.map { $0.map { LanePartial(partial: $0, done: done) } }
        } merge: { lane, partial in
            try self.add(partial, lane)
        }
        if partition.isWhole { try lanes[0].merge.withLock { try $0?.addEmptyGroup() } }
        return counts
    }

    private func add(_ partial: LanePartial, _ lane: Int) throws {
        let (grown, groups) = try lanes[lane].merge.withLock { merge in
            let before = memory(merge)
            try merge?.add(partial.partial)
            return (memory(merge) - before, merge?.counts.count ?? 0)
        }
        let bytes = used.add(grown, ordering: .relaxed).newValue
        if bytes > budget {
            // As many parts as the whole would need if it goes on like this.
            let needed = Double(bytes) / Double(budget) / max(partial.done, 1e-6) * 1.2
            let isOneGroup = plan.keys.isEmpty || (partition.parts >= 1 << 12 && groups < 4)
            let perLane = max(1, lanes.count == 1 ? scan.workers : 1)
            throw Overflow(
                factor: max(2, Int(min(needed, 4096).rounded(.up)) * perLane), isOneGroup: isOneGroup,
                budget: scan.options.memoryBudget)
        }
        if partition.isWhole, scan.workers > 1, groups > Self.groupsOfOneMerge, partial.done < 0.5 {
            throw Overflow(factor: scan.workers, isOneGroup: false, budget: scan.options.memoryBudget)
        }
    }

    private func memory(_ merge: GroupMerge?) -> Int {
        guard let merge else { return 0 }
        return merge.memory + (keepsAll ? merge.counts.count * GroupRows.bytes(plan) : 0)
    }

    var groups: Int { lanes.reduce(0) { $0 + $1.merge.withLock { $0?.counts.count ?? 0 } } }

    /// The groups of a lane, in order. The merge goes with them when that is done; who is cancelled meanwhile leaves it here.
    func takeGroups(_ lane: Int, comparesAll: Bool) throws -> AggregatedGroups {
        guard let merge = lanes[lane].merge.withLock({ $0 }) else { throw CancellationError() }
        let groups = try AggregatedGroups(merge, comparesAll: comparesAll)
        lanes[lane].merge.withLock { $0 = nil }
        return groups
    }

    /// The groups of all lanes, whose values are sorted at the same time.
    func finished() async throws -> [AggregatedGroups] {
        try await withThrowingTaskGroup(of: (Int, AggregatedGroups).self) { tasks in
            for lane in lanes.indices {
                tasks.addTask { (lane, try self.takeGroups(lane, comparesAll: false)) }
            }
            var parts: [(Int, AggregatedGroups)] = []
            for try await part in tasks { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
