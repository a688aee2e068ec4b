/// What all row groups together say of one aggregated field.
struct MeasureMerge: Sendable {
    private(set) var values = GroupMerge.Values()
    /// `group << 32 | value id` and how often.
    private(set) var pairs = PairCounts()
    private var statistics = ChunkedArray<IntegerStatistics>()
    /// Times or durations, with the group of each.
    private var integers = ChunkedArray<Int64>()
    private var integerGroups = ChunkedArray<UInt32>()
    private var isDuration = false
    /// By group, as far as there are any.
    private var firsts = ChunkedArray<ExtremeEvent?>()
    private var lasts = ChunkedArray<ExtremeEvent?>()
    private var summary = SummaryMerge()

    /// Bytes, roughly, with those that ordering the values will take.
    var memory: Int {
        values.memory + summary.memory + pairs.count * (40 + 16 + MemoryLayout<(EventValue, UInt64)>.stride)
            + statistics.count * MemoryLayout<IntegerStatistics>.stride
            + integers.count * (MemoryLayout<Int64>.stride * 2 + MemoryLayout<UInt32>.stride)
            + (firsts.count + lasts.count) * MemoryLayout<ExtremeEvent?>.stride
    }

    mutating func add(_ partial: MeasurePartial, groups: [Int]) throws {
        var check = CancellationCheck()
        if let table = partial.table, !partial.pairs.isEmpty {
            var pairs = self.pairs
            self.pairs = PairCounts()
            try values.translate(table) { translate in
                for pair in partial.pairs {
                    try check.step()
                    let id = translate(UInt32(truncatingIfNeeded: pair.key))
                    guard id != 0 else { continue }
                    pairs.add(UInt64(groups[Int(pair.key >> 32)]) << 32 | UInt64(id), UInt64(pair.count))
                }
            }
            values.forgetTables(keeping: 64)
            self.pairs = pairs
        }
        isDuration = isDuration || partial.isDuration
        try summary.add(partial.summary, groups: groups)
        for (group, part) in partial.statistics.enumerated() {
            try check.step()
            while statistics.count <= groups[group] { statistics.append(IntegerStatistics()) }
            statistics[groups[group]].add(part)
        }
        integers.append(contentsOf: partial.values)
        for group in partial.valueGroups { integerGroups.append(UInt32(groups[Int(group)])) }
        try Self.add(partial.first, to: &firsts, groups) { $0.precedes($1) }
        try Self.add(partial.last, to: &lasts, groups) { $1.precedes($0) }
    }

    private static func add(
        _ events: [ExtremeEvent], to extremes: inout ChunkedArray<ExtremeEvent?>, _ groups: [Int],
        isBetter: (ExtremeEvent, ExtremeEvent) -> Bool
    ) throws {
        var check = CancellationCheck()
        for (group, event) in events.enumerated() where event.value != nil {
            try check.step()
            while extremes.count <= groups[group] { extremes.append(nil) }
            if let known = extremes[groups[group]], !isBetter(event, known) { continue }
            extremes[groups[group]] = event
        }
    }

    /// All that was collected, group by group.
    struct Finished: Sendable {
        fileprivate var statistics: ChunkedArray<IntegerStatistics>
        /// Sorted within each group, or as far as the ranks of the quantiles that were asked for.
        fileprivate var integers: [Int64]
        fileprivate var integerStarts: [Int]
        fileprivate var pairs: [(value: EventValue, count: UInt64)]
        fileprivate var pairStarts: [Int]
        private(set) var isDuration: Bool
        fileprivate var firsts: ChunkedArray<ExtremeEvent?>
        fileprivate var lasts: ChunkedArray<ExtremeEvent?>
        let summary: SummaryMerge.Finished
    }

    /// Sorts what was collected, so that the aggregates of a group are a look at one range of it.
    func finished(groups: Int, _ needs: MeasureNeeds) throws -> Finished {
        var integerStarts = [Int](repeating: 0, count: groups + 1)
        var check = CancellationCheck()
        for group in integerGroups {
            try check.step()
            integerStarts[Int(group) + 1] += 1
        }
        for group in 0..<groups { integerStarts[group + 1] += integerStarts[group] }
        let (pairs, pairStarts) = try orderedPairs(groups: groups, needs)
        return Finished(
            statistics: statistics, integers: try ordered(starts: integerStarts, needs), integerStarts: integerStarts,
            pairs: pairs, pairStarts: pairStarts, isDuration: isDuration, firsts: firsts, lasts: lasts,
            summary: try summary.finished(groups: groups))
    }

    /// The values group by group, ascending, and where each group's begin; only the latter, if it does not matter which they are.
    private func orderedPairs(
        groups: Int, _ needs: MeasureNeeds
    ) throws -> (pairs: [(value: EventValue, count: UInt64)], starts: [Int]) {
        var check = CancellationCheck()
        var starts = [Int](repeating: 0, count: groups + 1)
        try pairs.forEach { key, _ in
            try check.step()
            starts[Int(key >> 32) + 1] += 1
        }
        for group in 0..<groups { starts[group + 1] += starts[group] }
        guard needs.valuesThemselves else { return ([], starts) }
        // Values ascending within their group: order by rank once, then by number.
        let table = values.values
        let ranks = try table.ranks()
        var order = [Int](repeating: 0, count: table.count)
        for (index, rank) in ranks.enumerated() { order[Int(rank)] = index }
        var ranked: [(key: UInt64, count: UInt64)] = []
        ranked.reserveCapacity(pairs.count)
        try pairs.forEach { key, n in
            try check.step()
            ranked.append((key & ~0xffff_ffff | UInt64(ranks[Int(UInt32(truncatingIfNeeded: key)) - 1]), n))
        }
        try ranked.sort {
            try check.step()
            return $0.key < $1.key
        }
        let ordered = try ranked.map { pair in
            try check.step()
            return (value: table[order[Int(UInt32(truncatingIfNeeded: pair.key))]], count: pair.count)
        }
        return (ordered, starts)
    }

    /// The integers group by group.
    private func ordered(starts: [Int], _ needs: MeasureNeeds) throws -> [Int64] {
        var next = starts
        var check = CancellationCheck()
        var ordered = [Int64](repeating: 0, count: integers.count)
        try ordered.withUnsafeMutableBufferPointer { ordered in
            for (group, value) in zip(integerGroups, integers) {
                try check.step()
                ordered[next[Int(group)]] = value
                next[Int(group)] += 1
            }
            for group in 0..<max(starts.count - 1, 0) where starts[group] < starts[group + 1] {
                var values = UnsafeMutableBufferPointer(rebasing: ordered[starts[group]..<starts[group + 1]])
                if needs.distinct || needs.frequent {
                    try values.sort {
                        try check.step()
                        return $0 < $1
                    }
                } else {
                    let ranks = needs.quantiles.map { Finished.rank($0, UInt64(values.count)) - 1 }
                    try Selection.select(ranks.sorted(), in: values)
                }
            }
        }
        return ordered
    }
}

extension MeasureMerge.Finished {
    func integers(of group: Int) -> ArraySlice<Int64> {
        integers[integerStarts[group]..<integerStarts[group + 1]]
    }

    func pairs(of group: Int) -> ArraySlice<(value: EventValue, count: UInt64)> {
        pairs[pairStarts[group]..<pairStarts[group + 1]]
    }

    private func statistics(of group: Int) -> IntegerStatistics? {
        guard group < statistics.count, statistics[group].count > 0 else { return nil }
        return statistics[group]
    }

    func value(_ integer: Int64) -> EventValue {
        isDuration ? .duration(integer) : .time(Instant(microseconds: integer))
    }

    func distinct(_ group: Int) -> Int {
        var count = pairStarts[group + 1] - pairStarts[group]
        var former: Int64?
        for integer in integers(of: group) where integer != former {
            count += 1
            former = integer
        }
        return count
    }

    func smallest(_ group: Int) -> EventValue? {
        statistics(of: group).map { value($0.smallest) } ?? pairs(of: group).first?.value
    }

    func largest(_ group: Int) -> EventValue? {
        statistics(of: group).map { value($0.largest) } ?? pairs(of: group).last?.value
    }

    /// The sum of the numbers; nil if there are none. Times have no sum.
    func sum(_ group: Int) -> EventValue? { total(group)?.sum }

    /// The mean of the numbers.
    func average(_ group: Int) -> EventValue? {
        guard let (sum, count) = total(group), let number = sum.number else { return nil }
        return EventValue(mean: number / Double(count))
    }

    private func total(_ group: Int) -> (sum: EventValue, count: UInt64)? {
        if let statistics = statistics(of: group) {
            guard isDuration else { return nil }
            return (.duration(Int64(clamping: statistics.sum)), UInt64(statistics.count))
        }
        var whole: Int128 = 0
        var fraction = 0.0
        var count: UInt64 = 0
        for (value, n) in pairs(of: group) {
            switch value {
            case .integer(let integer): whole &+= Int128(integer) &* Int128(n)
            case .double(let double): fraction += double * Double(n)
            case .duration(let microseconds): fraction += Double(microseconds) / 1_000_000 * Double(n)
            default: continue
            }
            count += n
        }
        guard count > 0 else { return nil }
        if fraction == 0, let sum = Int64(exactly: whole) { return (.integer(sum), count) }
        return (EventValue(number: Double(whole) + fraction) ?? .double(.greatestFiniteMagnitude), count)
    }

    /// The smallest value whose rank is at least `q` times the number of values.
    func quantile(_ group: Int, _ q: Double) -> EventValue? {
        let integers = integers(of: group)
        if !integers.isEmpty {
            return value(integers[integers.startIndex + Self.rank(q, UInt64(integers.count)) - 1])
        }
        let pairs = pairs(of: group)
        var rank = UInt64(Self.rank(q, pairs.reduce(0) { $0 + $1.count }))
        for (value, count) in pairs {
            if rank <= count { return value }
            rank -= count
        }
        return nil
    }

    /// From 1 on.
    static func rank(_ q: Double, _ n: UInt64) -> Int {
        min(max(Int((q * Double(n)).rounded(.up)), 1), max(Int(n), 1))
    }

    func first(_ group: Int) -> EventValue? { group < firsts.count ? firsts[group]?.value : nil }
    func last(_ group: Int) -> EventValue? { group < lasts.count ? lasts[group]?.value : nil }
}

extension EventValue {
    /// A mean is a double even where it is whole, so that its type does not depend on the data.
    init(mean: Double) { self = .double(mean) }
}
