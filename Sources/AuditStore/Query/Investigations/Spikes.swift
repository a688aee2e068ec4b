/// A stretch of time with many more events than the same stretches before.
public struct Spike<Key: Sendable>: Sendable {
    public var key: Key
    /// Start of the bucket.
    public var time: Instant
    public var count: Int
    /// What was to be expected, and how far the count is from that.
    public var score: RobustScore
    /// Which buckets were the measure.
    public var baseline: SpikeBaseline
    /// How many they are.
    public var history: Int
}

extension Spike: Encodable where Key: Encodable {}

/// Which earlier buckets a bucket is compared with.
public enum SpikeBaseline: String, Sendable, Encodable {
    /// The same time of the week, in the eight weeks before.
    case week
    /// The same time of the day, on the 28 days before.
    case day
    /// The 28 buckets before.
    case preceding
}

/// When a bucket is a spike.
public struct SpikeOptions: Sendable, Hashable {
    /// The least robust z-score, see ``RobustScore``.
    public var threshold = RobustScore.usualThreshold
    /// The least number of events in the bucket.
    public var minimumCount = 10
    /// At most so many spikes: those with the highest scores.
    public var limit = 1000

    public init() {}
}

extension EventQuery {
    /// Buckets with many more events than the same hours before, for each key.
    ///
    ///     let spikes = try await store.events.where { $0.response.code == 403 }
    ///         .spikes(every: .hours(1), since: yesterday) { $0.user.name }
    ///
    /// A bucket is compared with earlier ones alone: with the same time of the week if the store has four weeks of it or more,
    /// else with the same time of the day if it has four days or more, else with the buckets just before, of which it needs
    /// four, too. Buckets in which the store has no event at all, of whatever kind, say nothing and are left out; those in
    /// which it has others count as 0. See ``RobustScore`` for the score.
    ///
    /// - Parameters:
    ///   - width: buckets of weeks and days need a width that a day is a multiple of.
    ///   - time: only buckets that begin at this time or later are judged; nil for all. Earlier ones are history.
    ///   - options: when a bucket is a spike.
    ///   - keys: what events are grouped by. Needs memory for each key in each bucket that it occurs in.
    /// - Returns: the highest score first, equal ones by time, then by the keys.
    /// - Throws: `AuditStoreError`: `.invalidArgument` if the width is months or years, `.io`, `.corrupt`; `CancellationError`.
    public func spikes<each Key: GroupingKey>(
        every width: BucketWidth, since time: Instant? = nil, options: SpikeOptions = SpikeOptions(),
        _ keys: (Schema.Fields) -> (repeat each Key)
    ) async throws -> [Spike<(repeat (each Key).Output)>] {
        try await spikes(width, time, options, Self.keys(keys))
    }

    /// Buckets with many more events than the same hours before, of fields in the text form, or of all events together.
    ///
    /// - Throws: `ExpressionError` if a field makes no sense.
    public func spikes(
        every width: BucketWidth, since time: Instant? = nil, options: SpikeOptions = SpikeOptions(),
        by fields: [String] = []
    ) async throws -> [Spike<[EventValue?]>] {
        try await spikes(width, time, options, Self.keys(fields))
    }

    private func spikes<Key>(
        _ width: BucketWidth, _ time: Instant?, _ options: SpikeOptions, _ keys: InvestigationKeys<Key>
    ) async throws -> [Spike<Key>] {
        let buckets = TimeBuckets(width)
        guard let length = buckets.fixed?.width else {
            throw AuditStoreError(
                .invalidArgument, "spikes are of buckets of one length", expected: "weeks at most", found: "months")
        }
        let bucket = AggregationPlan.Key(scan.eventTime, bucket: buckets, keepsAbsent: false)
        let groups = try await scan.aggregate(
            AggregationPlan(keys: [bucket] + keys.keys, fields: [], aggregates: [.count]))
        let history = SpikeHistory(width: length, covered: try await coveredBuckets(bucket))
        var series: [[UInt32]: (group: Int, counts: [Int64: Int])] = [:]
        var check = CancellationCheck()
        for group in try groups.groups {
            try check.step()
            guard case .time(let start)? = groups.key(0, of: group) else { continue }
            let ids = (1..<keys.keys.count + 1).map { groups.keyID($0, of: group) }
            series[ids, default: (group, [:])].counts[start.microseconds] =
                groups.value(.count, of: group).flatMap(Int.init(eventValue:)) ?? 0
        }
        var found: [Spike<[EventValue?]>] = []
        for (group, counts) in series.values {
            try checkCancellation()
            let key = (1..<keys.keys.count + 1).map { groups.key($0, of: group) }
            guard keys.output(key) != nil else { continue }
            for (start, count) in counts
            where count >= options.minimumCount && start >= time?.microseconds ?? .min {
                guard let (baseline, before) = history.counts(before: start, of: counts) else { continue }
                let score = RobustScore(of: count, history: before)
                guard score.score >= options.threshold else { continue }
                found.append(
                    Spike(
                        key: key, time: Instant(microseconds: start), count: count, score: score, baseline: baseline,
                        history: before.count))
            }
        }
        let best = found.smallest(options.limit) { a, b in
            if a.score.score != b.score.score { return a.score.score > b.score.score }
            return a.time != b.time ? a.time < b.time : a.key.precedes(b.key)
        }
        return best.compactMap { spike in
            keys.output(spike.key).map {
                Spike(
                    key: $0, time: spike.time, count: spike.count, score: spike.score, baseline: spike.baseline,
                    history: spike.history)
            }
        }
    }

    /// Starts of the buckets in which the store has events of any kind, ascending. The bucket in which the store or the query
    /// begins is left out, for it is not whole.
    private func coveredBuckets(_ bucket: AggregationPlan.Key) async throws -> [Int64] {
        var everything = scan
        everything.predicate = .constant(true)
        let groups = try await everything.aggregate(
            AggregationPlan(keys: [bucket], fields: [], aggregates: [.count]))
        let first = max(scan.snapshot.segments.map(\.smallestTime).min() ?? .max, scan.since ?? .min)
        return try groups.groups.compactMap { group in
            guard case .time(let start)? = groups.key(0, of: group), start.microseconds >= first else { return nil }
            return start.microseconds
        }.sorted()
    }
}

/// Finds the buckets that a bucket is compared with.
struct SpikeHistory {
    private let width: Int64?
    private let covered: [Int64]
    private let isCovered: Set<Int64>

    static let fewest = 4
    private static let day: Int64 = 86_400_000_000

    /// - Parameters:
    ///   - width: nil if buckets differ in length, as months do.
    ///   - covered: starts of the buckets that can be compared with, ascending.
    init(width: Int64?, covered: [Int64]) {
        self.width = width
        self.covered = covered
        isCovered = Set(covered)
    }

    /// The counts of the buckets before `start`; nil if there are too few of them.
    func counts(before start: Int64, of counts: [Int64: Int]) -> (baseline: SpikeBaseline, counts: [Int])? {
        for (baseline, period, periods) in [(SpikeBaseline.week, 7 * Self.day, 8), (.day, Self.day, 28)] {
            guard let width, Self.day.isMultiple(of: width) else { break }
            let same = (1...Int64(periods)).map { start - $0 * period }.filter(isCovered.contains)
            if same.count >= Self.fewest { return (baseline, same.map { counts[$0] ?? 0 }) }
        }
        // The first covered bucket at or after the start.
        var low = 0
        var high = covered.count
        while low < high {
            let middle = (low + high) / 2
            if covered[middle] < start { low = middle + 1 } else { high = middle }
        }
        let before = covered[max(0, low - 28)..<low]
        return before.count < Self.fewest ? nil : (.preceding, before.map { counts[$0] ?? 0 })
    }
}
