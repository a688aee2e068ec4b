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
        TextResult(columns: query.columns, rows: try selection().map(row), keyColumns: keys)
    }

    /// The groups of the answer, in its order.
    func selection() throws -> [Int] {
        var answer = groups.groups
        if let having { answer = answer.filter { having.holds($0, of: groups) } }
        if query.isCutByTotals { answer = try withinLargestTotals(answer) }
        let decisive = decisiveValues(answer)
        var check = CancellationCheck()
        func precedes(_ a: Int, _ b: Int) throws -> Bool {
            try check.step()
            return self.precedes(a, b, decisive)
        }
        let top = min(query.isCutByTotals ? .max : query.top ?? .max, query.limit ?? .max)
        if top < .max { return try answer.smallest(max(top, 0), by: precedes) }
        try answer.sort(by: precedes)
        return answer
    }

    /// Of some of the groups, those that can be part of the answer. All buckets of a combination of keys are among them, or
    /// none is.
    func candidates() throws -> [Int] {
        guard query.isCutByTotals else { return try selection() }
        // The limit counts rows of the whole answer.
        return try withinLargestTotals(groups.groups.filter { having?.holds($0, of: groups) ?? true })
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

    // MARK: Order

    /// The values of the aggregate that decides, by group, computed once.
    private func decisiveValues(_ answer: [Int]) -> [EventValue?] {
        let aggregate = (order.column ?? keys) - keys
        guard aggregate >= 0, let kind = groups.plan.aggregates[safe: aggregate] else { return [] }
        var values = [EventValue?](repeating: nil, count: (answer.max() ?? -1) + 1)
        for group in answer { values[group] = groups.value(kind, of: group) }
        return values
    }

    /// By the column that was asked for, else by time; then by the first aggregate downwards, then by the keys upwards.
    /// What is absent comes last.
    private func precedes(_ a: Int, _ b: Int, _ values: [EventValue?]) -> Bool {
        if let column = order.column, column < keys {
            if let precedes = groups.keyOrder(column, a, b) {
                return isAbsent(column, a, b) ? precedes : precedes != order.isDescending
            }
            return groups.precedesByKeys(a, b)
        }
        if order.column == nil, hasTime, let precedes = groups.keyOrder(0, a, b) { return precedes }
        guard !values.isEmpty else { return groups.precedesByKeys(a, b) }
        switch (values[a], values[b]) {
        case (let left?, let right?):
            let order = left.order(to: right)
            if order != 0 { return (order > 0) == (self.order.column == nil || self.order.isDescending) }
        case (nil, nil): break
        case (let left, _): return left != nil
        }
        return groups.precedesByKeys(a, b)
    }

    private func isAbsent(_ key: Int, _ a: Int, _ b: Int) -> Bool {
        groups.isAbsent(key, of: a) || groups.isAbsent(key, of: b)
    }

    // MARK: Top with time buckets

    /// The groups of the `top` combinations of keys, time aside, whose first aggregate has the largest sum over time.
    private func withinLargestTotals(_ answer: [Int]) throws -> [Int] {
        var check = CancellationCheck()
        var totals: [[UInt32]: (total: Double, group: Int)] = [:]
        for group in answer {
            let ids = (1..<max(keys, 1)).map { groups.keyID($0, of: group) }
            let value = groups.value(groups.plan.aggregates[0], of: group)?.number ?? 0
            totals[ids, default: (0, group)].total += value
        }
        let best = try totals.map { (ids: $0.key, total: $0.value.total, group: $0.value.group) }
            .smallest(max(query.top ?? 0, 0)) { a, b in
                try check.step()
                if a.total != b.total { return a.total > b.total }
                for key in 1..<max(keys, 1) {
                    if let order = groups.keyOrder(key, a.group, b.group) { return order }
                }
                return false
            }
        let kept = Set(best.map(\.ids))
        return answer.filter { group in kept.contains((1..<max(keys, 1)).map { groups.keyID($0, of: group) }) }
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
