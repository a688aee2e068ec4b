/// What one row group says of one field beyond its values: sketches, and counts of buckets.
struct MeasureSummary: Sendable {
    /// Hashes of the distinct values of each group.
    var hashes: [UInt64] = []
    var hashGroups: [UInt32] = []
    /// Of durations, one a group.
    var moments: [Moments] = []
    /// Of durations, `group << 32 | number` and how often.
    var logarithmic = PairCounts(capacity: 0)
    /// The same for each histogram.
    var histograms: [PairCounts] = []
}

extension MeasureSummary {
    /// Of a field with codes. All but distinct counts follow from the values.
    init(pairs: [(key: UInt64, count: UInt32)], hashes table: [UInt64]) {
        hashes.reserveCapacity(pairs.count)
        hashGroups.reserveCapacity(pairs.count)
        for pair in pairs {
            hashes.append(table[Int(UInt32(truncatingIfNeeded: pair.key))])
            hashGroups.append(UInt32(truncatingIfNeeded: pair.key >> 32))
        }
    }

    /// Of times or durations, of which there is one a row.
    init(
        _ values: UnsafePointer<Int64>, _ grouped: GroupedRows, _ needs: MeasureNeeds, isDuration: Bool
    ) {
        if needs.hashes {
            Self.forEach(values, grouped) { group, value in
                hashes.append(ValueHash.of(microseconds: value))
                hashGroups.append(group)
            }
        }
        guard isDuration else { return }
        if needs.moments { moments = Self.moments(values, grouped) }
        if needs.logarithmic {
            var counts = PairCounts()
            Self.forEach(values, grouped) { group, value in
                counts.add(UInt64(group) << 32 | UInt64(LogarithmicBuckets.number(value)), 1)
            }
            logarithmic = counts
        }
        for rule in needs.histograms {
            var counts = PairCounts()
            Self.forEach(values, grouped) { group, value in
                counts.add(UInt64(group) << 32 | UInt64(rule.code(microseconds: value)), 1)
            }
            histograms.append(counts)
        }
    }

    @inline(__always)
    private static func forEach(
        _ values: UnsafePointer<Int64>, _ grouped: GroupedRows, _ body: (UInt32, Int64) -> Void
    ) {
        grouped.forEach { row, group in
            if values[row] != absentInteger { body(UInt32(group), values[row]) }
        }
    }

    private static func moments(
        _ values: UnsafePointer<Int64>, _ grouped: GroupedRows
    ) -> [Moments] {
        var sums = [IntegerStatistics](repeating: IntegerStatistics(), count: grouped.count)
        forEach(values, grouped) { group, value in sums[Int(group)].add(value) }
        var moments = sums.map { sum in
            Moments(count: Double(sum.count), mean: sum.count > 0 ? Double(sum.sum) / Double(sum.count) : 0)
        }
        forEach(values, grouped) { group, value in
            let deviation = Double(value) - moments[Int(group)].mean
            moments[Int(group)].squares += deviation * deviation
        }
        return moments
    }
}
