/// Splits a comma-separated list, leaving commas in brackets, parentheses and quotes alone.
package func splitList(_ text: String) -> [String] {
    var parts: [String] = []
    var part: [UInt8] = []
    var depth = 0
    var quote: UInt8?
    var isEscaped = false
    for c in text.utf8 {
        if let open = quote {
            if isEscaped { isEscaped = false } else if c == 0x5c { isEscaped = true } else if c == open { quote = nil }
        } else if c == 0x22 || c == 0x27 {
            quote = c
        } else if c == 0x28 || c == 0x5b {
            depth += 1
        } else if c == 0x29 || c == 0x5d {
            depth -= 1
        } else if c == 0x2c, depth == 0 {
            parts.append(String(decoding: part, as: UTF8.self))
            part = []
            continue
        }
        part.append(c)
    }
    parts.append(String(decoding: part, as: UTF8.self))
    return parts.map { part in
        let trimmed = part.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
        return String(decoding: Array(trimmed), as: UTF8.self)
    }.filter { !$0.isEmpty }
}
