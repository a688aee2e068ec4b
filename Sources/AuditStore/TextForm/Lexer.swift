/// Splits the text of an expression into tokens.
///
/// White space and comments (`// …` to the end of the line) separate tokens and are dropped. The lexer works on the
/// UTF-8 bytes of the text, and stops at the first place that begins no token.
struct Lexer {
    let source: String
    let bytes: [UInt8]
    /// The offset of the next byte to look at.
    var offset = 0

    /// Splits a text.
    ///
    /// - Returns: The tokens, of which the last and only the last is `.end` or `.invalid`, and the error of the
    ///   latter. The parser throws it once it gets there, so that an error further ahead in the text comes first.
    /// - Throws: If the text is over the limit.
    static func split(_ source: String) throws(ExpressionError) -> (tokens: [Token], error: ExpressionError?) {
        let limit = TextFormLimits.sourceBytes
        guard source.utf8.count <= limit else {
            let beginning = String(decoding: source.utf8.prefix(limit), as: UTF8.self)
            let end = beginning.utf8.count
            throw ExpressionError("the text is longer than \(limit) bytes", at: end..<end, in: beginning)
        }
        var lexer = Lexer(source: source, bytes: Array(source.utf8))
        var tokens: [Token] = []
        do {
            repeat {
                tokens.append(try lexer.next())
            } while tokens.last?.kind != .end
            return (tokens, nil)
        } catch {
            tokens.append(Token(kind: .invalid, range: error.range))
            return (tokens, error)
        }
    }

    private mutating func next() throws(ExpressionError) -> Token {
        skipBlanks()
        let start = offset
        let kind: Token.Kind =
            if let byte = peek() { try token(beginningWith: byte) } else { .end }
        return Token(kind: kind, range: start..<offset)
    }

    private mutating func token(beginningWith byte: UInt8) throws(ExpressionError) -> Token.Kind {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): .string(try string(isRaw: false))
        case _ where byte.isDecimalDigit: try number()
        case UInt8(ascii: ".") where peek(1)?.isDecimalDigit == true: try number()
        case _ where byte.beginsIdentifier: try word()
        default: .symbol(try symbol())
        }
    }

    private mutating func skipBlanks() {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x0C: offset += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while let byte = peek(), byte != UInt8(ascii: "\n") { offset += 1 }
            default: return
            }
        }
    }

    /// An identifier, a keyword, or a string with a letter before its quote.
    private mutating func word() throws(ExpressionError) -> Token.Kind {
        let start = offset
        while peek()?.continuesIdentifier == true { offset += 1 }
        let word = text(start..<offset)
        if let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            switch word {
            case "r", "R": return .string(try string(isRaw: true))
            case "b", "B", "br", "bR", "Br", "BR", "rb", "rB", "Rb", "RB":
                throw error("byte strings are not supported", at: start..<offset + 1)
            default: break
            }
        }
        return Keyword(rawValue: word).map(Token.Kind.keyword) ?? .identifier(word)
    }

    private mutating func symbol() throws(ExpressionError) -> Symbol {
        for length in [2, 1] where offset + length <= bytes.count {
            if let symbol = Symbol(rawValue: text(offset..<offset + length)) {
                offset += length
                return symbol
            }
        }
        throw strayCharacter()
    }

    // MARK: Looking at bytes

    func peek(_ distance: Int = 0) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The range of the whole scalar that begins at an offset.
    func scalarRange(at start: Int) -> Range<Int> {
        var end = min(start + 1, bytes.count)
        while end < bytes.count, bytes[end].continuesScalar { end += 1 }
        return start..<end
    }

    // MARK: Errors

    func error(_ message: String, at range: Range<Int>, hint: String? = nil) -> ExpressionError {
        ExpressionError(message, at: range, in: source, hint: hint)
    }

    /// The error for what begins no token.
    private func strayCharacter() -> ExpressionError {
        let range = scalarRange(at: offset)
        let character = text(range)
        var name = "`\(SourceExcerpt.quotation(character))`"
        if let scalar = character.unicodeScalars.first, !scalar.isASCII || scalar.value < 0x20 || scalar.value == 0x7F {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            name += " (U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits))"
        }
        let hint: String? =
            switch character {
            case "=" where peek(1) == UInt8(ascii: "~"): "a regular expression is tested by `field.matches(\"…\")`"
            case "=": "write `==`"
            case "&": "write `&&`"
            case "|": "write `||`"
            case "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}": "write a straight quote"
            case "\u{A0}", "\u{202F}", "\u{2007}": "write an ordinary space"
            case _ where bytes[offset] >= 0x80: "other characters can stand in quotes only: object[\"key\"]"
            default: nil
            }
        return error("unexpected character \(name)", at: range, hint: hint)
    }
}
