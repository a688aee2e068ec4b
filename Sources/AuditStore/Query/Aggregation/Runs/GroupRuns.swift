import SegmentFormat

/// The groups of an answer that was found in parts: each part sorted, and all of them merged when they are asked for.
///
/// Parts stay in memory while they are few; what is more goes to a temporary file.
struct GroupRuns: Sendable {
    enum Run: Sendable {
        case memory(GroupRows)
        case file(SpillFile, Range<UInt64>)
    }

    let plan: AggregationPlan
    private(set) var runs: [Run] = []
    /// Bytes of the groups in memory.
    private(set) var memory = 0
    private let options: QueryOptions
    private var file: SpillFile?
    private var end: UInt64 = 0

    init(_ plan: AggregationPlan, _ options: QueryOptions) {
        self.plan = plan
        self.options = options
    }

    /// Of the budget, so much is for parts that stay in memory.
    private var memoryShare: Int { options.memoryBudget / 4 }

    /// A merge holds a block or two of each run, which decoded take some four times as much.
    private var blockBytes: Int { max(1 << 10, min(1 << 18, options.memoryBudget >> 10)) }
    private var mergedRuns: Int { max(2, options.memoryBudget / (blockBytes * 32)) }

    /// Adds a part.
    ///
    /// - Parameter order: its groups, in the order of the answer.
    mutating func append(_ groups: AggregatedGroups, _ order: [Int]) throws {
        guard !order.isEmpty else { return }
        if file == nil {
            var rows = GroupRows(plan)
            var check = CancellationCheck()
            for group in order {
                try check.step()
                rows.append(group, of: groups)
                if memory + rows.memory > memoryShare { break }
            }
            if rows.count == order.count {
                memory += rows.memory
                return runs.append(.memory(rows))
            }
            try spill()
        }
        try write(groups, order)
    }

    /// Writes all parts that are in memory to the file.
    mutating func spill() throws {
        guard file == nil else { return }
        let former = runs
        (runs, memory) = ([], 0)
        for run in former {
            guard case .memory(let rows) = run else { continue }
            try write(AggregatedGroups(unordered: rows), Array(0..<rows.count))
        }
    }

    private mutating func write(_ groups: AggregatedGroups, _ order: [Int]) throws {
        var writer = try writer()
        for group in order { try writer.append(group, of: groups) }
        try finish(&writer)
    }

    private mutating func writer() throws -> SpillFile.Writer {
        let file = try file ?? SpillFile(try options.files.createTemporary(in: options.temporaryDirectory))
        self.file = file
        return SpillFile.Writer(file, at: end, blockBytes: blockBytes)
    }

    private mutating func finish(_ writer: inout SpillFile.Writer) throws {
        try writer.flush()
        guard let file, end < writer.end else { return }
        runs.append(.file(file, end..<writer.end))
        end = writer.end
    }

    /// Merges runs until so few are left that a block of each fits the budget.
    mutating func reduce(_ order: (AggregatedGroups) throws -> [Int]) throws {
        while runs.count > mergedRuns {
            var merge = RunMerge(plan, Array(runs.prefix(mergedRuns)))
            runs.removeFirst(mergedRuns)
            var writer = try writer()
            while let (groups, list) = try merge.next(order) {
                for group in list { try writer.append(group, of: groups) }
            }
            try finish(&writer)
        }
    }
}
