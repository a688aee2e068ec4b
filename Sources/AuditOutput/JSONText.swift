/// JSON by RFC 8259, appended to bytes.
package enum JSONText {
    package static func append(_ cell: Cell, to bytes: inout [UInt8]) {
        switch cell {
        case .null: append(literal: "null", to: &bytes)
        case .string(let text): append(text, to: &bytes)
        case .int(let value): append(literal: String(value), to: &bytes)
        case .json(let text): append(literal: text, to: &bytes)
        case .double(let value): append(value, to: &bytes)
        case .bool(let value): append(literal: value ? "true" : "false", to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    /// The shortest digits that read back as the same number; a whole number has no fraction. JSON knows no NaN and no
    /// infinity.
    package static func append(_ value: Double, to bytes: inout [UInt8]) {
        append(literal: NumberText.shortest(value) ?? "null", to: &bytes)
    }

    /// A quoted string. Besides what JSON demands it escapes what could steer a terminal or turn the line round (DEL,
    /// the C1 controls, bidirectional overrides) and the line separators of JavaScript; the value a reader gets is the
    /// same.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var runStart = 0
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                if plain[Int(byte)] {
                    index += 1
                    continue
                }
                guard let (code, length) = escaped(utf8, at: index) else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: utf8[runStart..<index])
                append(escapeOf: code, to: &bytes)
                index += length
                runStart = index
            }
            bytes.append(contentsOf: utf8[runStart...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `\n`, `\"` and the like where JSON has a short form, else `\u001b`.
    package static func append(escapeOf code: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch code {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x22, 0x5C: bytes.append(UInt8(code))
        default:
            bytes.append(UInt8(ascii: "u"))
            for shift in [12, 8, 4, 0] as [UInt32] {
                bytes.append(hexDigits[Int(code >> shift & 0xF)])
            }
        }
    }

    private static func append(literal: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: literal.utf8)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// The bytes at which no escape can begin. All others are looked at more closely.
    private static let plain: [Bool] = (0..<256).map { byte in
        !(byte < 0x20 || [0x22, 0x5C, 0x7F, 0xC2, 0xE2].contains(byte))
    }

    /// The scalar at `index` and its length in bytes if it is one to escape.
    private static func escaped(_ utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> (code: UInt32, length: Int)? {
        let byte = utf8[index]
        switch byte {
        case 0xC2:
            let code = UInt32(utf8[index + 1])
            return code <= 0x9F ? (code, 2) : nil
        case 0xE2:
            let code = 0x2000 | UInt32(utf8[index + 1] & 0x3F) << 6 | UInt32(utf8[index + 2] & 0x3F)
            return HostileText.isControl(code) ? (code, 3) : nil
        default:
            return (UInt32(byte), 1)
        }
    }
}
