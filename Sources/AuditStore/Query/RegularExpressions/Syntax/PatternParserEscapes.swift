extension RegularExpression.PatternParser {
    /// Reads an escape outside of brackets.
    mutating func escape() throws(RegularExpressionError) {
        switch peek(1) {
        case "A": appendAssertion(.textStart)
        case "z": appendAssertion(.textEnd)
        case "b": appendAssertion(.wordBoundary)
        case "B": appendAssertion(.noWordBoundary)
        case "C":
            position += 2
            append(.anyByte)
        case "Q": quotedLiteral()
        default:
            if let set = try classEscape() { append(tree.add(set)) } else { appendLiteral(try scalarEscape()) }
        }
    }

    private mutating func appendAssertion(_ assertion: RegularExpression.Assertion) {
        position += 2
        append(.assertion(assertion))
    }

    /// Reads `\Q…\E`, where the end of the pattern may stand for `\E`.
    private mutating func quotedLiteral() {
        position += 2
        while let scalar = current {
            if scalar == "\\", peek(1) == "E" {
                position += 2
                return
            }
            position += 1
            appendLiteral(scalar.value)
        }
    }

    /// Reads an escape that stands for one code point.
    mutating func scalarEscape() throws(RegularExpressionError) -> UInt32 {
        let start = position
        position += 1
        guard let scalar = current else { throw error("the pattern ends in a backslash", from: start, to: position) }
        position += 1
        switch scalar {
        case "a": return 0x07
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        case "x": return try hexadecimal(start)
        case "0": return octal(0, digits: 2)
        case "1"..."7":
            guard let next = current, ("0"..."7").contains(next) else { fallthrough }
            return octal(scalar.value - 0x30, digits: 2)
        case "8", "9", "k", "g": throw error("RE2 has no back-references", from: start, to: position)
        case "Z": throw error("RE2 has no `\\Z`: write `\\z`", from: start, to: position)
        case "A"..."Z", "a"..."z":
            throw error("RE2 has no `\(quotation(start, position))` here", from: start, to: position)
        case _ where scalar.isASCII: return scalar.value
        default: throw error("`\(quotation(start, position))` needs no backslash", from: start, to: position)
        }
    }

    private mutating func octal(_ first: UInt32, digits: Int) -> UInt32 {
        var value = first
        for _ in 0..<digits {
            guard let next = current, ("0"..."7").contains(next) else { break }
            value = value * 8 + (next.value - 0x30)
            position += 1
        }
        return value
    }

    /// Reads what follows `\x`: two digits, or any number of them in braces.
    private mutating func hexadecimal(_ start: Int) throws(RegularExpressionError) -> UInt32 {
        let isBraced = skip("{")
        var value: UInt32 = 0
        var digits = 0
        while isBraced || digits < 2, let digit = current?.hexadecimalDigit {
            value = value * 16 + digit
            digits += 1
            position += 1
            guard value <= RegularExpression.CodePointSet.lastCodePoint else {
                throw error("there is no code point above 10FFFF", from: start, to: position)
            }
        }
        guard isBraced ? digits > 0 && skip("}") : digits == 2 else {
            throw error("write `\\x7F` or `\\x{10FFFF}`", from: start, to: position)
        }
        return value
    }
}

extension Unicode.Scalar {
    fileprivate var hexadecimalDigit: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
