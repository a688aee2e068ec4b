extension Parser {
    /// The name of a function or a method, and where it stands.
    private struct Callee {
        let name: String
        let range: Range<Int>

        var quotation: String { SourceExcerpt.quotation(name) }
    }

    private static let functionNames =
        ["has", "size", "matches", "cidr"] + Expression.Conversion.allCases.map(\.rawValue)
    private static let methodNames =
        Expression.StringTest.allCases.map(\.rawValue) + Expression.Quantifier.allCases.map(\.rawValue)
        + ["size", "containsIP"]

    /// Steps over the name of a function or a method.
    private mutating func callee() throws(ExpressionError) -> Callee {
        guard case .identifier(let name) = current.kind else { throw unexpectedToken(insteadOf: "a name after `.`") }
        let callee = Callee(name: name, range: current.range)
        advance()
        return callee
    }

    // MARK: Functions

    /// `function(a, b)`
    mutating func functionCall() throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        let callee = try callee()
        guard Self.functionNames.contains(callee.name) else { throw unknownFunction(callee) }
        let arguments = try arguments(callee.name == "matches" ? 2 : 1, of: callee)
        if callee.name == "cidr" { return try containsIP(network: arguments[0], from: start) }
        return try node(try function(callee, of: arguments), from: start)
    }

    private func function(_ callee: Callee, of arguments: [Expression]) throws(ExpressionError) -> Expression.Kind {
        if let conversion = Expression.Conversion(rawValue: callee.name) {
            return .conversion(conversion, arguments[0])
        }
        switch callee.name {
        case "size": return .size(arguments[0])
        case "matches": return .test(.matches, arguments[0], arguments[1])
        default:
            switch arguments[0].kind {
            case .field: break
            case .variable(let name, let path) where !path.components.isEmpty || columns.contains(name): break
            default: throw error("`has` takes the path of a field", at: arguments[0].range)
            }
            return .has(arguments[0])
        }
    }

    /// The rest of `cidr(network).containsIP(address)` from the dot on.
    ///
    /// A network is good for nothing else, so it is not a term of its own.
    private mutating func containsIP(
        network: Expression, from start: Int
    ) throws(ExpressionError) -> Expression {
        let hint = "a network is asked by `cidr(\"10.0.0.0/8\").containsIP(remoteIP)`"
        guard take(.dot) else { throw unexpectedToken(insteadOf: "`.containsIP`", hint: hint) }
        guard isAt(.identifier("containsIP")) else { throw unexpectedToken(insteadOf: "`containsIP`", hint: hint) }
        let address = try arguments(1, of: try callee())[0]
        return try node(.containsIP(network: network, address: address), from: start)
    }

    private func unknownFunction(_ callee: Callee) -> ExpressionError {
        guard !Self.methodNames.contains(callee.name) else {
            return error(
                "`\(callee.name)` is a method, not a function", at: callee.range,
                hint: callee.name == "containsIP" ? "write cidr(\"…\").containsIP(…)" : "write field.\(callee.name)(…)")
        }
        if !columns.isEmpty {
            return error(
                "there is no column `\(callee.quotation)(…)` in the result", at: callee.range,
                hint: "there are \(columns.reversed().joined(separator: ", "))")
        }
        let nearest = ExpressionError.nearestName(to: callee.name, among: Self.functionNames)
        return error(
            "there is no function `\(callee.quotation)`", at: callee.range,
            hint: nearest.map { "did you mean `\($0)`?" })
    }

    // MARK: Methods

    /// The rest of `receiver.method(a)` from the dot on.
    mutating func methodCall(on receiver: Expression, from start: Int) throws(ExpressionError) -> Expression {
        advance()
        let callee = try callee()
        try checkMethod(callee)
        if let quantifier = Expression.Quantifier(rawValue: callee.name) {
            return try quantified(quantifier, over: receiver, from: start)
        }
        let arguments = try arguments(callee.name == "size" ? 0 : 1, of: callee)
        return try node(Self.method(callee, on: receiver, arguments.first), from: start)
    }

    /// Throws unless the name is one of a method, and is followed by a parenthesis.
    private func checkMethod(_ callee: Callee) throws(ExpressionError) {
        guard isAt(.leftParenthesis) else {
            if isAt(.invalid) { throw unexpectedToken(insteadOf: "`(`") }
            throw error("only a field has members", at: callee.range)
        }
        guard Self.methodNames.contains(callee.name), callee.name != "containsIP" else { throw unknownMethod(callee) }
    }

    private static func method(_ callee: Callee, on receiver: Expression, _ argument: Expression?) -> Expression.Kind {
        guard let test = Expression.StringTest(rawValue: callee.name), let argument else { return .size(receiver) }
        return .test(test, receiver, argument)
    }

    /// The rest of `list.exists(variable, predicate)` from the parenthesis on.
    private mutating func quantified(
        _ quantifier: Expression.Quantifier, over list: Expression, from start: Int
    ) throws(ExpressionError) -> Expression {
        let variable = try boundVariable(of: quantifier, over: list)
        variables.append(variable)
        let predicate = try expression()
        variables.removeLast()
        try expect(.rightParenthesis, "`)`")
        return try node(.quantifier(quantifier, over: list, variable: variable, predicate), from: start)
    }

    /// Checks the list, and steps over `(variable,`.
    private mutating func boundVariable(
        of quantifier: Expression.Quantifier, over list: Expression
    ) throws(ExpressionError) -> String {
        switch list.kind {
        case .field, .variable, .list: break
        default: throw error("`\(quantifier.rawValue)` needs a field or a list before it", at: list.range)
        }
        let hint = "write list.\(quantifier.rawValue)(x, …) with a predicate on `x`"
        advance()
        guard case .identifier(let variable) = current.kind else {
            throw unexpectedToken(insteadOf: "the name of a variable", hint: hint)
        }
        advance()
        guard take(.comma) else { throw unexpectedToken(insteadOf: "`,` after the variable", hint: hint) }
        return variable
    }

    private func unknownMethod(_ callee: Callee) -> ExpressionError {
        if callee.name == "containsIP" {
            return error(
                "`containsIP` needs `cidr(…)` before it", at: callee.range, hint: "write cidr(\"…\").containsIP(…)")
        }
        if Self.functionNames.contains(callee.name) {
            return error(
                "`\(callee.name)` is a function, not a method", at: callee.range, hint: "write \(callee.name)(…)")
        }
        let nearest = ExpressionError.nearestName(to: callee.name, among: Self.methodNames)
        return error(
            "there is no method `\(callee.quotation)`", at: callee.range, hint: nearest.map { "did you mean `\($0)`?" })
    }

    // MARK: Arguments

    /// Exactly so many arguments in parentheses.
    private mutating func arguments(_ count: Int, of callee: Callee) throws(ExpressionError) -> [Expression] {
        try expect(.leftParenthesis, "`(` after `\(callee.name)`")
        var arguments: [Expression] = []
        if !isAt(.rightParenthesis) {
            repeat { arguments.append(try expression()) } while take(.comma)
        }
        try expect(.rightParenthesis, arguments.isEmpty ? "`)`" : "`,` or `)`")
        guard arguments.count == count else { throw wrongCount(arguments.count, insteadOf: count, of: callee) }
        return arguments
    }

    private func wrongCount(_ count: Int, insteadOf wanted: Int, of callee: Callee) -> ExpressionError {
        let wanted = ["no arguments", "1 argument", "\(wanted) arguments"][min(wanted, 2)]
        return error(
            "`\(callee.name)` takes \(wanted), not \(count)", at: callee.range.lowerBound..<endOfPrevious)
    }
}
