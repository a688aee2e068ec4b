import SegmentFormat

/// Merges sorted runs of groups, a block of each at a time.
struct RunMerge {
    private struct Source {
        let run: GroupRuns.Run
        /// Where the next groups are: an offset in the file, or a place in memory.
        var next: UInt64
        let end: UInt64
        /// Groups that were read and not given out.
        var pending = 0
        /// Groups of the last block.
        var block = 0

        var isDone: Bool { next == end }

        init(_ run: GroupRuns.Run) {
            self.run = run
            switch run {
            case .memory(let rows): (next, end) = (0, UInt64(rows.count))
            case .file(_, let range): (next, end) = (range.lowerBound, range.upperBound)
            }
        }

        /// Reads the next groups of the run.
        mutating func load(into rows: inout GroupRows) throws {
            let before = rows.count
            switch run {
            case .memory(let known):
                let stop = min(end, next + UInt64(RunMerge.blockOfMemory))
                for row in Int(next)..<Int(stop) { rows.append(row, of: known) }
                next = stop
            case .file(let file, _): next = try file.read(next, into: &rows)
            }
            block = rows.count - before
            pending += block
        }
    }

    private static let blockOfMemory = 1024

    private let plan: AggregationPlan
    private var sources: [Source]
    /// What is pending, source by source, each in order.
    private var rows: GroupRows

    init(_ plan: AggregationPlan, _ runs: [GroupRuns.Run]) {
        self.plan = plan
        sources = runs.map(Source.init)
        rows = GroupRows(plan)
    }

    /// The next groups, and the order in which they come; nil at the end.
    ///
    /// - Parameter order: sorts groups as the runs are sorted.
    mutating func next(_ order: (AggregatedGroups) throws -> [Int]) throws -> (groups: AggregatedGroups, list: [Int])? {
        try checkCancellation()
        let owners = try refill()
        guard !owners.isEmpty else { return nil }
        let groups = AggregatedGroups(unordered: rows)
        // Runs lie one behind the other, which the sort of the standard library finds and merges.
        let sorted = try order(groups)
        // As soon as nothing is left of a run that goes on, its next group could be the next of all.
        var count = 0
        for group in sorted {
            count += 1
            let owner = owners[group]
            sources[owner].pending -= 1
            if sources[owner].pending == 0, !sources[owner].isDone { break }
        }
        var left = GroupRows(plan)
        var isLeft = [Bool](repeating: false, count: rows.count)
        for group in sorted[count...] { isLeft[group] = true }
        for group in 0..<rows.count where isLeft[group] { left.append(group, of: rows) }
        rows = left
        return (groups, Array(sorted[..<count]))
    }

    /// Reads on where less than half a block is left of a run.
    ///
    /// - Returns: the run of each group that is pending.
    private mutating func refill() throws -> [Int] {
        var all = GroupRows(plan)
        var owners: [Int] = []
        var first = 0
        for index in sources.indices {
            for row in first..<first + sources[index].pending { all.append(row, of: rows) }
            first += sources[index].pending
            while !sources[index].isDone, sources[index].pending * 2 <= sources[index].block {
                try sources[index].load(into: &all)
            }
            owners.append(contentsOf: repeatElement(index, count: sources[index].pending))
        }
        rows = all
        return owners
    }
}
