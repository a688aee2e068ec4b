extension TextResult {
    /// The same result with a row for each time bucket between the first and the last, for each group: counts 0, all other
    /// aggregates null.
    ///
    /// - Parameter every: the width of the buckets, as in the question.
    /// - Throws: ``ExpressionError`` if that would be more rows than `rowLimit`.
    public func filled(every: String, rowLimit: Int = 1_000_000) throws(ExpressionError) -> TextResult {
        guard columns.first == "time", let width = TextTime.duration(every), width > 0 else { return self }
        let times = rows.map { row -> Int64? in
            if case .string(let text) = row[0] { Instant(text)?.microseconds } else { nil }
        }
        guard let first = times.lazy.compactMap({ $0 }).min(), let last = times.lazy.compactMap({ $0 }).max() else {
            return self
        }
        var groups: [[TextValue]] = []
        var present: [[TextValue]: Set<Int64>] = [:]
        for (row, time) in zip(rows, times) {
            let group = Array(row[1..<keyColumns])
            if present[group] == nil { groups.append(group) }
            if let time { present[group, default: []].insert(time) }
        }
        let buckets = (last - first) / width + 1
        guard buckets <= Int64(rowLimit / max(1, groups.count)) else {
            throw .whole("filling would give more than \(rowLimit) rows", every, hint: "choose wider buckets")
        }
        // Rows come bucket by bucket, so that the order by time is kept; within a bucket those with events come first.
        var byTime: [Int64: [[TextValue]]] = [:]
        for (row, time) in zip(rows, times) { if let time { byTime[time, default: []].append(row) } }
        var result = self
        result.rows = []
        for bucket in 0..<buckets {
            let time = first + bucket * width
            result.rows += byTime[time] ?? []
            let label = TextValue.string(Instant(microseconds: time).shortDescription)
            for group in groups where present[group]?.contains(time) != true {
                let values = columns[keyColumns...].map {
                    $0 == "count" || $0.hasPrefix("distinct(") || $0.hasPrefix("approxDistinct(")
                        ? TextValue.int(0) : .null
                }
                result.rows.append([label] + group + values)
            }
        }
        return result
    }
}
