/// The groups of an answer in its order, however many they are.
struct GroupAnswer: Sendable {
    private enum Groups: Sendable {
        case whole(AggregatedGroups, [Int])
        case runs(GroupRuns)
    }

    typealias Order = @Sendable (AggregatedGroups) throws -> [Int]

    private let groups: Groups
    private let order: Order

    /// - Parameter list: the groups of the answer in its order.
    init(_ groups: AggregatedGroups, _ list: [Int]) {
        self.groups = .whole(groups, list)
        order = { try $0.groups }
    }

    init(_ runs: GroupRuns, order: @escaping Order) {
        groups = .runs(runs)
        self.order = order
    }

    /// nil where the groups are merged while they are read.
    var count: Int? { if case .whole(_, let list) = groups { list.count } else { nil } }

    func cursor() -> Cursor { Cursor(self) }

    /// Goes through the groups, some at a time. One task uses it.
    final class Cursor {
        private let order: Order
        private var merge: RunMerge?
        private var groups: AggregatedGroups?
        private var list: [Int] = []
        private var next = 0
        private var check = CancellationCheck()

        fileprivate init(_ answer: GroupAnswer) {
            order = answer.order
            switch answer.groups {
            case .whole(let groups, let list): (self.groups, self.list) = (groups, list)
            case .runs(let runs): merge = RunMerge(runs.plan, runs.runs)
            }
        }

        /// The next group that `row` makes something of; nil at the end.
        func next<Row>(_ row: (AggregatedGroups, Int) -> Row?) throws -> Row? {
            do {
                while true {
                    try check.step()
                    if next == list.count {
                        guard let block = try merge?.next(order) else { return nil }
                        (groups, list, next) = (block.groups, block.list, 0)
                        continue
                    }
                    next += 1
                    if let groups, let found = row(groups, list[next - 1]) { return found }
                }
            } catch { throw AuditStoreError.wrapping(error) }
        }
    }
}

extension EventScan {
    /// Groups the events that match, for an answer that need not fit the memory budget: what does not is sorted in parts, which
    /// go to a temporary file and are merged as they are read.
    ///
    /// - Parameter order: the groups of the answer in its order, of all groups or of some.
    func answer(_ plan: AggregationPlan, order: @escaping GroupAnswer.Order) async throws -> GroupAnswer {
        do {
            var runs = GroupRuns(plan, options)
            let whole = try await collect(plan, keepsAll: false, held: { runs.memory }, makeRoom: { try runs.spill() })
            {
                for part in $0 { try runs.append(part, try order(part)) }
            }
            if let whole { return GroupAnswer(whole, try order(whole)) }
            try runs.reduce(order)
            return GroupAnswer(runs, order: order)
        } catch { throw AuditStoreError.wrapping(error) }
    }
}
