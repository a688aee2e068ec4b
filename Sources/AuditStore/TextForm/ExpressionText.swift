// How names and strings are spelled in the text form.

extension UInt8 {
    /// Whether an identifier may begin with this ASCII byte: `[A-Za-z_]`.
    var beginsIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// Whether an identifier may go on with this ASCII byte: `[A-Za-z0-9_]`.
    var continuesIdentifier: Bool { beginsIdentifier || isDecimalDigit }

    var isDecimalDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    /// The value of a hexadecimal digit, or nil.
    var hexadecimalValue: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    /// Whether the byte is any but the first of a scalar in UTF-8.
    var continuesScalar: Bool { self & 0xC0 == 0x80 }
}

extension String {
    /// Whether a path can have this key without brackets and quotes.
    var isFieldIdentifier: Bool {
        guard let first = utf8.first, first.beginsIdentifier else { return false }
        return utf8.allSatisfy(\.continuesIdentifier) && Lexer.Keyword(rawValue: self) == nil
    }

    /// The string as a literal in double quotes.
    var quotedForExpression: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..."\u{1F}", "\u{7F}":
                text += scalar.value < 16 ? "\\x0" : "\\x"
                text += String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
