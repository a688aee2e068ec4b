import AuditOutput

/// A JSON value to be printed, its members in the order given.
indirect enum JSONDocument: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    case object([(String, JSONDocument)])
    case array([JSONDocument])
    case scalar(Cell)

    init(stringLiteral text: String) { self = .scalar(.string(text)) }
    init(integerLiteral number: Int64) { self = .scalar(.int(number)) }
    init(booleanLiteral flag: Bool) { self = .scalar(.bool(flag)) }
    init(arrayLiteral elements: JSONDocument...) { self = .array(elements) }
    init(dictionaryLiteral members: (String, JSONDocument)...) { self = .object(members) }

    static func text(_ text: String) -> JSONDocument { .scalar(.string(text)) }
    static func number(_ number: Int) -> JSONDocument { .scalar(.int(Int64(number))) }

    /// With two spaces for each level.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, indent: 0)
        bytes.append(0x0a)
        return bytes
    }

    private func append(to bytes: inout [UInt8], indent: Int) {
        func line(_ depth: Int) { bytes += [0x0a] + Array(repeating: 0x20, count: 2 * depth) }
        switch self {
        case .scalar(let cell): JSONText.append(cell, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes += Array(", ".utf8) }
                element.append(to: &bytes, indent: indent)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, (name, value)) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                line(indent + 1)
                JSONText.append(name, to: &bytes)
                bytes += Array(": ".utf8)
                value.append(to: &bytes, indent: indent + 1)
            }
            if !members.isEmpty { line(indent) }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
