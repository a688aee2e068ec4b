extension TextResult {
    /// The same result with a row for each time bucket between the first and the last, for each group: counts 0, all other
    /// aggregates null.
    ///
    /// - Parameter query: the question that this is the answer to.
    /// - Throws: ``ExpressionError`` if that would be more rows than `rowLimit`; `AuditStoreError` `.cancelled`.
    public func filled(as query: TextQuery, rowLimit: Int = 1_000_000) throws -> TextResult {
        guard let every = query.every, let buckets = try query.buckets() else { return self }
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
        let bucketLimit = rowLimit / max(1, groups.count)
        // Rows come bucket by bucket, so that the order by time is kept; within a bucket those with events come first.
        var byTime: [Int64: [[TextValue]]] = [:]
        for (row, time) in zip(rows, times) { if let time { byTime[time, default: []].append(row) } }
        var result = self
        result.rows = []
        var time = first
        var count = 0
        while time <= last {
            try checkCancellation()
            count += 1
            guard count <= bucketLimit else {
                throw ExpressionError.whole(
                    "filling would give more than \(rowLimit) rows", every, hint: "choose wider buckets")
            }
            defer { time = buckets.bucket(containing: time).upperBound }
            result.rows += byTime[time] ?? []
            let label = TextValue.string(Instant(microseconds: time).shortDescription)
            for group in groups where present[group]?.contains(time) != true {
                let values = columns[keyColumns...].map {
                    $0 == "count" || $0.hasPrefix("distinct(") || $0.hasPrefix("approxDistinct(")
                        || $0.hasPrefix("mismatches(")
                        ? TextValue.int(0) : .null
                }
                result.rows.append([label] + group + values)
            }
        }
        return result
    }
}
