/// `--order FIELD:asc|desc`
struct TextOrder {
    /// The column that decides; nil for the usual order.
    var column: Int?
    var isDescending = false

    init(_ query: TextQuery) throws(ExpressionError) {
        guard let order = query.order else { return }
        var name = order
        if name.hasSuffix(":desc") {
            isDescending = true
            name.removeLast(5)
        } else if name.hasSuffix(":asc") {
            name.removeLast(4)
        }
        guard let column = query.columns.firstIndex(of: name) else {
            throw .whole(
                "there is no column `\(SourceExcerpt.quotation(name))` in the result", order,
                hint: "there are \(query.columns.joined(separator: ", "))")
        }
        self.column = column
    }
}

/// Orders, cuts and prints the groups of a question in the text form.
struct TextAnswer {
    let query: TextQuery
    let groups: AggregatedGroups
    let order: TextOrder
    let having: TextHaving?

    private var keys: Int { groups.plan.keys.count }
    private var hasTime: Bool { query.every != nil }

    func result() throws -> TextResult {
        TextResult(columns: query.columns, rows: try selection().compactMapChecking(row), keyColumns: keys)
    }

    /// The groups of the answer, in its order.
    func selection() throws -> [Int] {
        var answer = try passing()
        if query.isCutByTotals { answer = try withinLargestTotals(answer) }
        let limit = min(query.isCutByTotals ? .max : query.top ?? .max, query.limit ?? .max)
        var sort = try GroupSort(groups, answer, by: criteria)
        return try sort.sorted(limit: limit == .max ? nil : limit)
    }

    /// Of some of the groups, those that can be part of the answer. All buckets of a combination of keys are among them, or
    /// none is.
    func candidates() throws -> [Int] {
        guard query.isCutByTotals else { return try selection() }
        // The limit counts rows of the whole answer.
        return try withinLargestTotals(passing())
    }

    /// The groups that are not left out by themselves.
    private func passing() throws -> [Int] {
        let all = try groups.groups
        guard let having else { return all }
        return try all.filterChecking { having.holds($0, of: groups) }
    }

    func row(_ group: Int) -> [TextValue] {
        var row: [TextValue] = []
        for key in 0..<keys {
            let value = groups.key(key, of: group)
            if key == 0, hasTime, case .time(let time)? = value {
                row.append(.string(time.shortDescription))
            } else {
                row.append(TextValue(value))
            }
        }
        for aggregate in groups.plan.aggregates { row.append(TextValue(groups.result(aggregate, of: group))) }
        return row
    }

    /// The column that was asked for, else the time; then the first aggregate downwards. Keys upwards follow.
    private var criteria: [GroupSort.Criterion] {
        let direction: SortDirection = order.isDescending ? .descending : .ascending
        if let column = order.column {
            if column < keys { return [.key(column, direction)] }
            return [.aggregate(groups.plan.aggregates[column - keys], direction)]
        }
        return (hasTime ? [.key(0, .ascending)] : []) + [.aggregate(groups.plan.aggregates[0], .descending)]
    }

    // MARK: Top with time buckets

    /// The groups of the `top` combinations of keys, time aside, whose first aggregate has the largest sum over time.
    private func withinLargestTotals(_ answer: [Int]) throws -> [Int] {
        var check = CancellationCheck()
        // Combinations of the keys behind the time are numbered; of each the sum, and a group that has it.
        var numbers = GroupIndex(keys: max(keys - 1, 0))
        var totals = ChunkedArray<(total: Double, group: Int)>()
        let combinations = try answer.mapChecking { group in
            let number = numbers.number((1..<max(keys, 1)).map { [groups.keyID($0, of: group)] }, 0)
            let value = groups.value(groups.plan.aggregates[0], of: group)?.number ?? 0
            if number == totals.count { totals.append((0, group)) }
            totals[number].total += value
            return number
        }
        let best = try Array(totals.indices).smallest(max(query.top ?? 0, 0)) { a, b in
            try check.step()
            if totals[a].total != totals[b].total { return totals[a].total > totals[b].total }
            for key in 1..<max(keys, 1) {
                if let order = groups.keyOrder(key, totals[a].group, totals[b].group) { return order }
            }
            return false
        }
        let kept = Set(best)
        return try zip(answer, combinations).filterChecking { kept.contains($1) }.map(\.0)
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
