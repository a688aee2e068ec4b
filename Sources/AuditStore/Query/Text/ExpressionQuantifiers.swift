/// `exists` and `all`: over lists that are written out, by putting each constant in the variable's place; over lists of the
/// event, by a test of elements.
extension ExpressionCompiler {
    func quantified(
        _ quantifier: Expression.Quantifier, _ list: Expression, _ variable: String, _ body: Expression
    ) throws(ExpressionError) -> Predicate {
        if case .list(let elements) = list.kind {
            var parts: [Predicate] = []
            for element in elements {
                guard let constant = try constant(element) else { throw error("a list holds values only", at: element) }
                var compiler = self
                compiler.constants[variable] = constant
                parts.append(try compiler.compile(body))
            }
            return quantifier == .exists ? .or(parts) : .and(parts)
        }
        let test = try elementTest(body, variable)
        let wantsAll = quantifier == .all
        return .test(
            try subject(list).field,
            ValueTest(value: { value in
                guard case .list(let values) = value else { return false }
                return wantsAll ? values.allSatisfy(test) : values.contains(where: test)
            }))
    }

    typealias ElementTest = @Sendable (EventValue) -> Bool

    /// A predicate in which the variable is all that varies, as a test of one element.
    private func elementTest(_ expression: Expression, _ variable: String) throws(ExpressionError) -> ElementTest {
        switch expression.kind {
        case .literal(.bool(let value)): return { _ in value }
        case .and(let operands):
            let tests = try elementTests(operands, variable)
            return { value in tests.allSatisfy { $0(value) } }
        case .or(let operands):
            let tests = try elementTests(operands, variable)
            return { value in tests.contains { $0(value) } }
        case .not(let operand):
            let test = try elementTest(operand, variable)
            return { !test($0) }
        case .variable: return try element(expression, variable, .compare(.equal, .bool(true)))
        case .has(let operand): return try element(operand, variable, .isPresent)
        case .test(let test, let receiver, let argument):
            return try element(receiver, variable, try textTest(test, argument))
        case .containsIP(network: let network, address: let address):
            guard case .string(let text)? = try constant(network), let network = IPNetwork(text) else {
                throw error("this is no network", at: network, hint: "write cidr(\"10.0.0.0/8\")")
            }
            var operand = address
            if case .conversion(.ip, let inner) = address.kind { operand = inner }
            return try element(operand, variable, .isContained(in: [network]))
        case .comparison(let comparison, let left, let right):
            if let constant = try constant(right) {
                return try element(left, variable, .compare(comparison.operation, constant))
            }
            if let constant = try constant(left) {
                return try element(right, variable, .compare(comparison.operation.flipped, constant))
            }
            throw error("one side has to be a value that is written out", at: expression)
        case .membership(let operand, in: let list):
            guard case .list(let elements) = list.kind else { throw error("this list has to be written out", at: list) }
            var constants: [EventValue] = []
            for element in elements {
                guard let constant = try constant(element) else { throw error("a list holds values only", at: element) }
                constants.append(constant)
            }
            return try element(operand, variable, .isIn(constants))
        default: throw error("this is not supported within `exists` and `all` yet", at: expression)
        }
    }

    private func elementTests(_ operands: [Expression], _ variable: String) throws(ExpressionError) -> [ElementTest] {
        var tests: [ElementTest] = []
        for operand in operands { tests.append(try elementTest(operand, variable)) }
        return tests
    }

    /// A test of the variable, or of what lies below it.
    private func element(
        _ expression: Expression, _ variable: String, _ test: ValueTest
    ) throws(ExpressionError) -> ElementTest {
        let value = test.value
        switch expression.kind {
        case .variable(variable, let path):
            guard !path.components.isEmpty else { return value }
            return { element in
                guard case .json(var text) = element else { return false }
                return text.withUTF8 {
                    JSONText.value(at: path.components[...], of: UnsafeRawBufferPointer($0)).map(value) ?? false
                }
            }
        case .size(let operand):
            return try element(operand, variable, ValueTest(value: { Self.size($0).map(value) ?? false }))
        case .conversion(.ip, let operand):
            return try element(operand, variable, ValueTest(value: { Self.address($0).map(value) ?? false }))
        case .conversion(.timestamp, let operand):
            return try element(
                operand, variable, ValueTest(value: { Instant(eventValue: $0).map { value(.time($0)) } ?? false }))
        default:
            throw error(
                "only `\(SourceExcerpt.quotation(variable))` can be tested here", at: expression,
                hint: "tests of other fields can stand outside, joined by &&")
        }
    }
}
