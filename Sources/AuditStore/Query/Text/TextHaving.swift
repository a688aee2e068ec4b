/// `--having`: a condition on the columns of the result, in the same language as `--where`.
struct TextHaving {
    private let test: BoundExpression.Test
    /// The columns that occur in it.
    private let used: [Bool]

    /// nil if nothing is asked for.
    init?(_ query: TextQuery, _ fields: TextFields, now: Int64) throws(ExpressionError) {
        guard let text = query.having else { return nil }
        let columns = query.columns
        let expression = try Expression(parsing: text, columns: columns)
        let bound = BoundExpression(
            ExpressionCompiler(text, fields: fields, now: now), variables: columns,
            outsideHint: "there are \(columns.joined(separator: ", "))")
        test = try bound.test(expression)
        var names: Set<String> = []
        expression.collectVariables(into: &names)
        used = columns.map(names.contains)
    }

    func holds(_ group: Int, of groups: AggregatedGroups) -> Bool {
        let keys = groups.plan.keys.count
        let values = used.indices.map { column in
            guard used[column] else { return EventValue?.none }
            return column < keys
                ? groups.key(column, of: group) : groups.value(groups.plan.aggregates[column - keys], of: group)
        }
        return test(values)
    }
}

extension Expression {
    fileprivate func collectVariables(into names: inout Set<String>) {
        if case .variable(let name, _) = kind { names.insert(name) }
        for child in kind.children { child.collectVariables(into: &names) }
    }
}
