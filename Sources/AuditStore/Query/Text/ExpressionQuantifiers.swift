/// `exists` and `all`: over lists that are written out, by putting each constant in the variable's place; over lists of the
/// event, by a test of elements.
extension ExpressionCompiler {
    func quantified(
        _ quantifier: Expression.Quantifier, _ list: Expression, _ variable: String, _ body: Expression
    ) throws(ExpressionError) -> Predicate {
        guard case .list(let elements) = list.kind else {
            return try ofElements(quantifier, list, variable, body)
        }
        var constants: [EventValue] = []
        for element in elements {
            guard let constant = try constant(element) else { throw error("a list holds values only", at: element) }
            constants.append(constant)
        }
        if quantifier == .exists, let test = try networks(constants, variable, body) { return test }
        var parts: [Predicate] = []
        for constant in constants {
            try expansions.count(1) { self.error("this would be too many conditions", at: list) }
            var compiler = self
            compiler.constants[variable] = constant
            parts.append(try compiler.compile(body))
        }
        return quantifier == .exists ? .or(parts) : .and(parts)
    }

    /// `[…].exists(n, cidr(n).containsIP(field))`: all networks at once.
    private func networks(
        _ constants: [EventValue], _ variable: String, _ body: Expression
    ) throws(ExpressionError) -> Predicate? {
        guard case .containsIP(network: let network, address: let address) = body.kind,
            case .variable(variable, let path) = network.kind, path.components.isEmpty, !address.mentions(variable)
        else { return nil }
        var networks: [IPNetwork] = []
        for constant in constants {
            guard case .string(let text) = constant, let network = IPNetwork(text) else { return nil }
            networks.append(network)
        }
        return try addressTest(address, IPNetworkSet(networks))
    }

    private func ofElements(
        _ quantifier: Expression.Quantifier, _ list: Expression, _ variable: String, _ body: Expression
    ) throws(ExpressionError) -> Predicate {
        let field = try subject(list).field
        let bound = BoundExpression(
            self, variables: [variable], outsideHint: "tests of other fields can stand outside, joined by &&")
        let test = try bound.test(body)
        let wanted = quantifier == .exists
        return .test(
            field,
            ValueTest(value: { value in
                guard case .list(let elements) = value else { return false }
                var values: BoundExpression.Environment = [nil]
                for element in elements {
                    values[0] = element
                    if test(values) == wanted { return wanted }
                }
                return !wanted
            }))
    }
}

extension Expression {
    /// Whether a variable occurs anywhere in the term.
    fileprivate func mentions(_ variable: String) -> Bool {
        if case .variable(variable, _) = kind { return true }
        return kind.children.contains { $0.mentions(variable) }
    }
}

/// Counts what lists of constants are expanded to, so that lists within lists cannot grow without bound.
final class ExpansionCount {
    private var total = 0

    func count(_ n: Int, _ error: () -> ExpressionError) throws(ExpressionError) {
        total += n
        guard total <= TextFormLimits.expansions else { throw error() }
    }
}
