extension Lexer {
    /// A string from its opening quote on.
    ///
    /// - Parameter isRaw: Whether a backslash stands for itself, as in `r"\d+"`.
    mutating func string(isRaw: Bool) throws(ExpressionError) -> String {
        let start = offset
        let quote = bytes[offset]
        if peek(1) == quote, peek(2) == quote {
            throw error("strings in three quotes are not supported", at: start..<start + 3)
        }
        offset += 1
        var value: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case quote:
                offset += 1
                return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw unterminatedString(from: start)
            case UInt8(ascii: "\\") where !isRaw:
                value.append(contentsOf: String(try escape()).utf8)
            default:
                value.append(byte)
                offset += 1
            }
        }
        throw unterminatedString(from: start)
    }

    /// The scalar that a backslash and what follows it stand for.
    private mutating func escape() throws(ExpressionError) -> Unicode.Scalar {
        let start = offset
        guard let letter = peek(1) else { throw error("the string ends with a backslash", at: start..<start + 1) }
        offset += 2
        switch letter {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "a"): return "\u{07}"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "v"): return "\u{0B}"
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "?"):
            return Unicode.Scalar(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return try scalar(from: start, digits: 2, radix: 16)
        case UInt8(ascii: "u"): return try scalar(from: start, digits: 4, radix: 16)
        case UInt8(ascii: "U"): return try scalar(from: start, digits: 8, radix: 16)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            offset -= 1
            return try scalar(from: start, digits: 3, radix: 8)
        default:
            let range = start..<scalarRange(at: start + 1).upperBound
            throw error(
                "unknown escape `\(SourceExcerpt.quotation(text(range)))`", at: range,
                hint: #"write a backslash as `\\`, or put `r` before the quote: r"\d+""#)
        }
    }

    /// The scalar whose number is written in exactly so many digits.
    private mutating func scalar(
        from start: Int, digits: Int, radix: UInt32
    ) throws(ExpressionError) -> Unicode.Scalar {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = peek()?.hexadecimalValue, digit < radix else {
                let kind = radix == 16 ? "hexadecimal" : "octal"
                throw error("the escape needs \(digits) \(kind) digits", at: start..<offset)
            }
            number = number * radix + digit  // At most eight hexadecimal digits: 32 bits.
            offset += 1
        }
        guard let scalar = Unicode.Scalar(number) else {
            throw error("the escape names no Unicode scalar", at: start..<offset)
        }
        return scalar
    }

    private func unterminatedString(from start: Int) -> ExpressionError {
        error("the string has no closing quote", at: start..<offset)
    }
}
