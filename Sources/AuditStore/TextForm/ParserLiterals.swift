extension Parser {
    /// A literal; a number with its sign.
    mutating func literal() throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        let value = try literalValue()
        return try node(.literal(value), from: start)
    }

    private mutating func literalValue() throws(ExpressionError) -> Expression.Literal {
        let start = current.range.lowerBound
        var isNegative = false
        var isSigned = false
        while take(.minus) {
            isNegative.toggle()
            isSigned = true
        }
        switch current.kind {
        case .integer(let magnitude):
            advance()
            guard let value = Self.int(magnitude, isNegative: isNegative) else {
                throw error(
                    "the number is too large for a signed integer", at: start..<endOfPrevious,
                    hint: isSigned ? nil : "write `\(magnitude)u` for an unsigned one")
            }
            return .int(value)
        case .double(let magnitude):
            advance()
            return .double(isNegative ? -magnitude : magnitude)
        case .unsigned where isSigned:
            throw error("an unsigned integer has no sign", at: start..<current.range.upperBound)
        case _ where isSigned:
            throw unexpectedToken(insteadOf: "a number after `-`", hint: "there is no arithmetic")
        case .unsigned(let value):
            advance()
            return .uint(value)
        case .string(let value):
            advance()
            return .string(value)
        case .keyword(.true), .keyword(.false):
            let value = isAt(.true)
            advance()
            return .bool(value)
        case .keyword(.null):
            advance()
            return .null
        default: throw unexpectedToken(insteadOf: "a value")
        }
    }

    /// The integer of a magnitude and a sign, if it fits; the least one has no positive counterpart.
    private static func int(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
}
