extension Parser {
    private static let functionNames = ["has", "size", "matches", "cidr", "ip", "timestamp", "duration"]
    private static let methodNames =
        Expression.StringTest.allCases.map(\.rawValue) + Expression.Quantifier.allCases.map(\.rawValue)
        + ["size", "containsIP"]

    // MARK: Functions

    /// `function(a, b)`
    mutating func functionCall(_ name: String) throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        let nameRange = current.range
        advance()
        switch name {
        case "has":
            let path = try argument(of: name, at: nameRange)
            switch path.kind {
            case .field: break
            case .variable(_, let path) where !path.components.isEmpty: break
            default: throw error("`has` takes the path of a field", at: path.range)
            }
            return try node(.has(path), from: start)
        case "size":
            return try node(.size(try argument(of: name, at: nameRange)), from: start)
        case "matches":
            let arguments = try arguments(2, of: name, at: nameRange)
            return try node(.test(.matches, arguments[0], arguments[1]), from: start)
        case "cidr":
            return try containsIP(from: start)
        default:
            guard let conversion = Expression.Conversion(rawValue: name) else { throw unknownFunction(name, nameRange) }
            return try node(.conversion(conversion, try argument(of: name, at: nameRange)), from: start)
        }
    }

    /// The rest of `cidr(network).containsIP(address)` after the first name.
    ///
    /// A network is good for nothing else, so it is not a term of its own.
    private mutating func containsIP(from start: Int) throws(ExpressionError) -> Expression {
        let network = try argument(of: "cidr", at: start..<endOfPrevious)
        let hint = "a network is asked by `cidr(\"10.0.0.0/8\").containsIP(remoteIP)`"
        guard take(.dot) else { throw unexpectedToken(insteadOf: "`.containsIP`", hint: hint) }
        guard isAt(.identifier("containsIP")) else { throw unexpectedToken(insteadOf: "`containsIP`", hint: hint) }
        let nameRange = current.range
        advance()
        let address = try argument(of: "containsIP", at: nameRange)
        return try node(.containsIP(network: network, address: address), from: start)
    }

    private func unknownFunction(_ name: String, _ range: Range<Int>) -> ExpressionError {
        let quotation = SourceExcerpt.quotation(name)
        guard !Self.methodNames.contains(name) else {
            return error(
                "`\(name)` is a method, not a function", at: range,
                hint: name == "containsIP" ? "write cidr(\"…\").containsIP(…)" : "write field.\(name)(…)")
        }
        let nearest = ExpressionError.nearestName(to: name, among: Self.functionNames)
        return error(
            "there is no function `\(quotation)`", at: range, hint: nearest.map { "did you mean `\($0)`?" })
    }

    // MARK: Methods

    /// The rest of `receiver.method(a)` from the dot on.
    mutating func methodCall(on receiver: Expression, from start: Int) throws(ExpressionError) -> Expression {
        advance()
        let nameRange = current.range
        guard case .identifier(let name) = current.kind else {
            throw unexpectedToken(insteadOf: "a name after `.`")
        }
        advance()
        guard isAt(.leftParenthesis) else {
            if isAt(.invalid) { throw unexpectedToken(insteadOf: "`(`") }
            throw error("only a field has members", at: nameRange)
        }
        if let test = Expression.StringTest(rawValue: name) {
            return try node(.test(test, receiver, try argument(of: name, at: nameRange)), from: start)
        }
        if let quantifier = Expression.Quantifier(rawValue: name) {
            return try quantified(quantifier, over: receiver, at: nameRange, from: start)
        }
        guard name == "size" else { throw unknownMethod(name, nameRange) }
        _ = try arguments(0, of: name, at: nameRange)
        return try node(.size(receiver), from: start)
    }

    /// The rest of `list.exists(variable, predicate)` from the parenthesis on.
    private mutating func quantified(
        _ quantifier: Expression.Quantifier, over list: Expression, at nameRange: Range<Int>, from start: Int
    ) throws(ExpressionError) -> Expression {
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
        variables.append(variable)
        let predicate = try expression()
        variables.removeLast()
        try expect(.rightParenthesis, "`)`")
        return try node(.quantifier(quantifier, over: list, variable: variable, predicate), from: start)
    }

    private func unknownMethod(_ name: String, _ range: Range<Int>) -> ExpressionError {
        switch name {
        case "containsIP":
            return error("`containsIP` needs `cidr(…)` before it", at: range, hint: "write cidr(\"…\").containsIP(…)")
        case _ where Self.functionNames.contains(name):
            return error("`\(name)` is a function, not a method", at: range, hint: "write \(name)(…)")
        default:
            let nearest = ExpressionError.nearestName(to: name, among: Self.methodNames)
            return error(
                "there is no method `\(SourceExcerpt.quotation(name))`", at: range,
                hint: nearest.map { "did you mean `\($0)`?" })
        }
    }

    // MARK: Arguments

    private mutating func argument(of name: String, at range: Range<Int>) throws(ExpressionError) -> Expression {
        try arguments(1, of: name, at: range)[0]
    }

    /// Exactly so many arguments in parentheses.
    private mutating func arguments(
        _ count: Int, of name: String, at range: Range<Int>
    ) throws(ExpressionError) -> [Expression] {
        try expect(.leftParenthesis, "`(` after `\(name)`")
        var arguments: [Expression] = []
        if !isAt(.rightParenthesis) {
            repeat { arguments.append(try expression()) } while take(.comma)
        }
        try expect(.rightParenthesis, arguments.isEmpty ? "`)`" : "`,` or `)`")
        guard arguments.count == count else {
            let wanted = ["no arguments", "1 argument", "\(count) arguments"][min(count, 2)]
            throw error("`\(name)` takes \(wanted), not \(arguments.count)", at: range.lowerBound..<endOfPrevious)
        }
        return arguments
    }
}
