extension Lexer {
    /// A number without a sign: `403`, `0x193`, `403u`, `0.5`, `.5`, `5e-1`.
    mutating func number() throws(ExpressionError) -> Token.Kind {
        let start = offset
        if peek() == UInt8(ascii: "0"), let mark = peek(1), mark | 0x20 == UInt8(ascii: "x") {
            offset += 2
            skip { $0.hexadecimalValue != nil }
            return try integer(from: start, digits: start + 2..<offset, radix: 16)
        }
        skip(\.isDecimalDigit)
        var isDouble = false
        if peek() == UInt8(ascii: "."), peek(1)?.isDecimalDigit == true {
            isDouble = true
            offset += 1
            skip(\.isDecimalDigit)
        }
        if let mark = peek(), mark | 0x20 == UInt8(ascii: "e") {
            let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
            if peek(isSigned ? 2 : 1)?.isDecimalDigit == true {
                isDouble = true
                offset += isSigned ? 2 : 1
                skip(\.isDecimalDigit)
            }
        }
        guard isDouble else { return try integer(from: start, digits: start..<offset, radix: 10) }
        try endNumber(from: start)
        guard let value = Double(text(start..<offset)), value.isFinite else {
            throw error("the number is too large for a double", at: start..<offset)
        }
        return .double(value)
    }

    /// The rest of an integer after its digits.
    private mutating func integer(
        from start: Int, digits: Range<Int>, radix: Int
    ) throws(ExpressionError) -> Token.Kind {
        var isUnsigned = false
        if let mark = peek(), mark | 0x20 == UInt8(ascii: "u") {
            isUnsigned = true
            offset += 1
        }
        try endNumber(from: start)
        guard !digits.isEmpty else { throw error("a digit is missing after `0x`", at: start..<offset) }
        guard let value = UInt64(text(digits), radix: radix) else {
            throw error("the number is too large for 64 bits", at: start..<offset)
        }
        return isUnsigned ? .unsigned(value) : .integer(value)
    }

    /// Sees to it that no letter or digit follows.
    private mutating func endNumber(from start: Int) throws(ExpressionError) {
        guard peek()?.continuesIdentifier == true else { return }
        skip(\.continuesIdentifier)
        let number = SourceExcerpt.quotation(text(start..<offset))
        throw error("`\(number)` is not a number", at: start..<offset)
    }

    private mutating func skip(_ isPart: (UInt8) -> Bool) {
        while let byte = peek(), isPart(byte) { offset += 1 }
    }
}
