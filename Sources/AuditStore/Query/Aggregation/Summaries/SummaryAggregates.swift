/// The aggregates that are made of summaries, or of the values where a field has a dictionary.
extension MeasureMerge.Finished {
    func approximateQuantile(_ group: Int, _ q: Double) -> EventValue? {
        guard isDuration, let microseconds = summary.quantile(group, q) else { return quantile(group, q) }
        return .duration(Int64(exactly: microseconds.rounded()) ?? (microseconds < 0 ? .min : .max))
    }

    /// Of numbers; of durations in seconds.
    func standardDeviation(_ group: Int) -> EventValue? {
        if isDuration { return summary.standardDeviation(group).map { .double($0 / 1_000_000) } }
        let numbers = pairs(of: group).compactMap { value, n in value.number.map { ($0, Double(n)) } }
        var moments = Moments()
        for (number, n) in numbers { moments.add(Moments(count: n, mean: number)) }
        return moments.standardDeviation.flatMap { $0.isFinite ? .double($0) : nil }
    }

    /// The values with the largest counts, largest first, equal ones by value upwards.
    func frequent(_ group: Int, _ count: Int) -> [(value: EventValue, count: Int)] {
        var counted = pairs(of: group).map { (value: $0.value, count: Int($0.count)) }
        var former: Int64?
        for integer in integers(of: group) {
            if integer == former {
                counted[counted.count - 1].count += 1
            } else {
                counted.append((value(integer), 1))
                former = integer
            }
        }
        return counted.smallest(count) { $0.count != $1.count ? $0.count > $1.count : $0.value < $1.value }
    }

    /// - Parameter index: the place of the rule among the histograms of the field.
    func histogram(_ group: Int, _ rule: HistogramRule, index: Int) -> [CountedRange] {
        if isDuration { return rule.ranges(summary.histogram(index, group)) }
        var counts: [(bucket: Int64, count: UInt64)] = []
        for (value, n) in pairs(of: group) {
            guard let bucket = rule.bucket(value) else { continue }
            if counts.last?.bucket == bucket {
                counts[counts.count - 1].count += n
            } else {
                counts.append((bucket, n))
            }
        }
        return rule.ranges(counts)
    }
}
