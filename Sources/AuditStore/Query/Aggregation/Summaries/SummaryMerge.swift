/// What all row groups together say of one field beyond its values.
struct SummaryMerge: Sendable {
    private var sketches = ChunkedArray<DistinctSketch>()
    private var moments = ChunkedArray<Moments>()
    private var logarithmic = PairCounts(capacity: 0)
    private var histograms: [PairCounts] = []
    private var sketchBytes = 0

    /// Bytes, roughly, with those that ordering the counts will take.
    var memory: Int {
        sketchBytes + moments.count * MemoryLayout<Moments>.stride
            + histograms.reduce(logarithmic.count) { $0 + $1.count } * (32 + 32)
    }

    mutating func add(_ summary: MeasureSummary, groups: [Int]) throws {
        var check = CancellationCheck()
        for (group, hash) in zip(summary.hashGroups, summary.hashes) {
            try check.step()
            let group = groups[Int(group)]
            while sketches.count <= group {
                sketches.append(DistinctSketch())
                sketchBytes += sketches[sketches.count - 1].memory
            }
            sketchBytes -= sketches[group].memory
            sketches[group].insert(hash)
            sketchBytes += sketches[group].memory
        }
        for (group, part) in summary.moments.enumerated() {
            try check.step()
            let group = groups[group]
            while moments.count <= group { moments.append(Moments()) }
            moments[group].add(part)
        }
        try Self.add(summary.logarithmic, to: &logarithmic, groups)
        while histograms.count < summary.histograms.count { histograms.append(PairCounts(capacity: 0)) }
        for (i, part) in summary.histograms.enumerated() { try Self.add(part, to: &histograms[i], groups) }
    }

    private static func add(_ part: PairCounts, to whole: inout PairCounts, _ groups: [Int]) throws {
        var check = CancellationCheck()
        try part.forEach { key, n in
            try check.step()
            whole.add(UInt64(groups[Int(key >> 32)]) << 32 | key & 0xffff_ffff, n)
        }
    }

    /// All that was collected, group by group.
    struct Finished: Sendable {
        fileprivate var sketches: ChunkedArray<DistinctSketch>
        fileprivate var moments: ChunkedArray<Moments>
        fileprivate var logarithmic: GroupedCounts
        fileprivate var histograms: [GroupedCounts]
    }

    func finished(groups: Int) throws -> Finished {
        Finished(
            sketches: sketches, moments: moments, logarithmic: try GroupedCounts(logarithmic, groups: groups),
            histograms: try histograms.map { try GroupedCounts($0, groups: groups) })
    }
}

extension SummaryMerge.Finished {
    func approximateDistinct(_ group: Int) -> Int { group < sketches.count ? sketches[group].estimate : 0 }

    func standardDeviation(_ group: Int) -> Double? {
        group < moments.count ? moments[group].standardDeviation : nil
    }

    /// A duration in microseconds, within 0.78 % of the value at the nearest rank.
    func quantile(_ group: Int, _ q: Double) -> Double? {
        let counts = logarithmic[group]
        var rank = UInt64(MeasureMerge.Finished.rank(q, counts.reduce(0) { $0 + $1.count }))
        for (key, count) in counts {
            if rank <= count { return LogarithmicBuckets.value(UInt32(truncatingIfNeeded: key)) }
            rank -= count
        }
        return nil
    }

    /// Buckets of durations, ascending.
    func histogram(_ index: Int, _ group: Int) -> [(bucket: Int64, count: UInt64)] {
        guard index < histograms.count else { return [] }
        return histograms[index][group].map {
            (HistogramRule.bucket(code: UInt32(truncatingIfNeeded: $0.key)), $0.count)
        }
    }
}

/// Counts sorted by group and number.
struct GroupedCounts: Sendable {
    private let pairs: [(key: UInt64, count: UInt64)]
    /// Empty where nothing was counted.
    private var starts: [Int] = []

    init(_ counts: PairCounts, groups: Int) throws {
        var check = CancellationCheck()
        pairs = try counts.array.sorted {
            try check.step()
            return $0.key < $1.key
        }
        guard !pairs.isEmpty else { return }
        starts = Array(repeating: 0, count: groups + 1)
        for pair in pairs { starts[Int(pair.key >> 32) + 1] += 1 }
        for group in 0..<groups { starts[group + 1] += starts[group] }
    }

    subscript(group: Int) -> ArraySlice<(key: UInt64, count: UInt64)> {
        starts.isEmpty ? [] : pairs[starts[group]..<starts[group + 1]]
    }
}
