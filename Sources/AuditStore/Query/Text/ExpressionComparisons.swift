extension ExpressionCompiler {
    func compare(
        _ comparison: Expression.Comparison, _ left: Expression, _ right: Expression, _ whole: Expression
    ) throws(ExpressionError) -> Predicate {
        let comparison = comparison.operation
        switch (try constant(left), try constant(right)) {
        case (let a?, let b?):
            return .constant(ValueTest.compare(comparison, b).value(a))
        case (nil, let constant?): return try compare(left, comparison, constant, right)
        case (let constant?, nil): return try compare(right, comparison.flipped, constant, left)
        case (nil, nil): return try compareFields(left, comparison, right)
        }
    }

    private func compare(
        _ operand: Expression, _ comparison: ValueTest.Comparison, _ constant: EventValue, _ literal: Expression
    ) throws(ExpressionError) -> Predicate {
        let subject = try subject(operand)
        switch subject.kind {
        case .other: return .test(subject.field, .compare(comparison, constant))
        case .time:
            if case .time(let time) = constant { return .microseconds(subject.field, comparison, time.microseconds) }
            if case .string(let text) = constant {
                guard let time = try? TextTime.parse(text, now: now) else {
                    throw error("this is no time", at: literal, hint: "write \"2024-06-16T04:00:00Z\"")
                }
                return .microseconds(subject.field, comparison, time)
            }
            throw error(
                "a time is compared with a time", at: literal, hint: "write timestamp(\"2024-06-16T04:00:00Z\")")
        case .duration:
            if case .duration(let microseconds) = constant {
                return .microseconds(subject.field, comparison, microseconds)
            }
            guard let seconds = constant.number, abs(seconds) < 1e12 else {
                throw error(
                    "a length of time is compared with seconds", at: literal, hint: "write 0.5 or duration(\"500ms\")")
            }
            return Self.seconds(subject.field, comparison, seconds)
        }
    }

    /// Seconds need not be whole microseconds.
    private static func seconds(
        _ field: FieldReference, _ comparison: ValueTest.Comparison, _ seconds: Double
    ) -> Predicate {
        let exact = seconds * 1_000_000
        let nearest = exact.rounded()
        // 0.3 s is 300,000 microseconds, though the doubles of both are not quite in that proportion.
        if abs(exact - nearest) <= abs(exact) * 1e-15 + 1e-9 { return .microseconds(field, comparison, Int64(nearest)) }
        let below = Int64(exact.rounded(.down))
        switch comparison {
        case .equal: return .constant(false)
        case .notEqual: return .test(field, .isPresent)
        case .less, .lessOrEqual: return .microseconds(field, .lessOrEqual, below)
        case .greater, .greaterOrEqual: return .microseconds(field, .greater, below)
        }
    }

    private func compareFields(
        _ left: Expression, _ comparison: ValueTest.Comparison, _ right: Expression
    ) throws(ExpressionError) -> Predicate {
        for side in [left, right] {
            if case .list = side.kind { throw error("a list holds values only, and no fields", at: side) }
        }
        let (x, y) = (try subject(left), try subject(right))
        let test = PairTest(microseconds: x.kind != .other && x.kind == y.kind ? comparison : nil) { a, b in
            ValueTest.isComparable(a, b) ? comparison.holds(a.order(to: b)) : comparison == .notEqual
        }
        return .pair(x.field, y.field, test)
    }

    func membership(_ element: Expression, _ list: Expression, _ whole: Expression) throws(ExpressionError) -> Predicate
    {
        guard case .list(let elements) = list.kind else {
            guard let constant = try constant(element) else { return try fieldMembership(element, list) }
            // A constant in a list of the event.
            let equal = ValueTest.compare(.equal, constant)
            return .test(
                try subject(list).field,
                ValueTest(value: { value in
                    guard case .list(let values) = value else { return false }
                    return values.contains(where: equal.value)
                }))
        }
        var constants: [EventValue] = []
        for element in elements {
            guard let constant = try constant(element) else { throw error("a list holds values only", at: element) }
            constants.append(constant)
        }
        if let constant = try constant(element) { return .constant(constants.contains(constant)) }
        let subject = try subject(element)
        guard subject.kind != .other else { return .test(subject.field, .isIn(constants)) }
        var parts: [Predicate] = []
        for (constant, literal) in zip(constants, elements) {
            parts.append(try compare(element, .equal, constant, literal))
        }
        return .or(parts)
    }
}

extension ExpressionCompiler {
    /// A field of the event in a list of the event.
    private func fieldMembership(_ element: Expression, _ list: Expression) throws(ExpressionError) -> Predicate {
        let test = PairTest { element, list in
            guard case .list(let values) = list else { return false }
            return values.contains { ValueTest.isComparable($0, element) && $0.order(to: element) == 0 }
        }
        return .pair(try subject(element).field, try subject(list).field, test)
    }
}

extension Expression.Comparison {
    var operation: ValueTest.Comparison {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        }
    }
}
