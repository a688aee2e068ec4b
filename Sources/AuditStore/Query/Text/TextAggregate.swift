/// An aggregate as the text form has it: `count`, `distinct(user.username)`, `p99(latency)`, `quantile(latency,0.75)`.
struct TextAggregate {
    private static let names = [
        "count", "distinct", "sum", "min", "max", "avg", "p50", "p95", "p99", "quantile", "first", "last",
    ]

    /// Parses an aggregate.
    /// - Parameter field: gives the index of a field in the plan.
    static func parse(
        _ text: String, field: (String) throws(ExpressionError) -> Int
    ) throws(ExpressionError) -> AggregateKind {
        if text == "count" || text == "count()" { return .count }
        guard let open = text.utf8.firstIndex(of: 0x28), text.utf8.last == 0x29 else {
            throw unknown(text, name: text)
        }
        let name = String(text[..<open])
        let inner = String(text[text.index(after: open)..<text.index(before: text.endIndex)])
        guard names.contains(name), name != "count" else { throw unknown(text, name: name) }
        if name == "quantile" {
            guard let comma = inner.lastIndex(of: ","),
                let q = Double(inner[inner.index(after: comma)...].filter { $0 != " " }), q >= 0, q <= 1
            else {
                throw .whole("`quantile` takes a field and a number from 0 to 1", text, hint: "quantile(latency,0.99)")
            }
            return .quantile(try field(String(inner[..<comma])), q)
        }
        let index = try field(inner)
        switch name {
        case "distinct": return .distinct(index)
        case "sum": return .sum(index)
        case "min": return .smallest(index)
        case "max": return .largest(index)
        case "avg": return .average(index)
        case "first": return .first(index)
        case "last": return .last(index)
        case "p50": return .quantile(index, 0.5)
        case "p95": return .quantile(index, 0.95)
        default: return .quantile(index, 0.99)
        }
    }

    private static func unknown(_ text: String, name: String) -> ExpressionError {
        let nearest = ExpressionError.nearestName(to: name, among: names)
        let hint = nearest.map { "did you mean `\($0)`?" } ?? "there are \(names.joined(separator: ", "))"
        return .whole("there is no aggregate `\(SourceExcerpt.quotation(text))`", text, hint: hint)
    }
}

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
