/// Times and lengths of time as people write them.
package enum TextTime {
    /// RFC 3339, a date, `now`, or `now-24h`.
    /// - Parameter now: microseconds since 1970.
    package static func parse(_ text: String, now: Int64) throws(ExpressionError) -> Int64 {
        if let instant = Instant(text) { return instant.microseconds }
        if text == "now" { return now }
        if text.hasPrefix("now-") || text.hasPrefix("now+"), let offset = duration(String(text.dropFirst(4))) {
            return text.utf8.dropFirst(3).first == 0x2d ? now &- offset : now &+ offset
        }
        throw .whole(
            "this is no time", text, hint: "write 2024-06-16T04:00:00Z, 2024-06-16 or now-24h")
    }

    /// `90s`, `1h30m`, `250ms`, `7d`, in microseconds. nil if it is none.
    package static func duration(_ text: String) -> Int64? {
        var rest = Substring(text)
        var isNegative = false
        if rest.first == "-" {
            isNegative = true
            rest.removeFirst()
        }
        guard !rest.isEmpty else { return nil }
        if rest == "0" { return 0 }
        var sum = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let scale = units[String(unit)] else { return nil }
            sum += value * scale
        }
        guard sum.isFinite, sum < 0x1p62 else { return nil }
        let rounded = Int64(sum.rounded())
        return isNegative ? -rounded : rounded
    }

    private static let units: [String: Double] = [
        "ns": 0.001, "us": 1, "µs": 1, "μs": 1, "ms": 1000, "s": 1e6, "m": 60e6, "h": 3600e6, "d": 86_400e6,
        "w": 604_800e6,
    ]
}
