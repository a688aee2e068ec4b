/// Numbers as text, without Foundation and without a locale: the same on every machine.
package enum NumberText {
    /// The shortest digits that read back as the same number, `12` rather than `12.0`; nil for NaN and the infinities.
    package static func shortest(_ value: Double) -> String? {
        guard value.isFinite else { return nil }
        let text = value.description
        // A zero keeps its sign only with a fraction: readers take "-0" for an integer, which has none.
        if value != 0, text.hasSuffix(".0") { return String(text.dropLast(2)) }
        return value == 0 && value.sign == .plus ? "0" : text
    }

    /// `value` with exactly `places` digits after the point; nil where a Double holds no such digits, or is no number.
    package static func fixed(_ value: Double, places: Int) -> String? {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 9_007_199_254_740_992 else { return nil }
        var digits = String(Int64(scaled))
        if places > 0 {
            digits = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
        }
        return value < 0 && scaled > 0 ? "-" + digits : digits
    }

    /// How many digits after the point `value` needs, at most `limit`.
    package static func placesNeeded(_ value: Double, limit: Int) -> Int {
        guard var digits = fixed(value, places: limit).map({ Array($0.utf8) }) else { return 0 }
        var places = limit
        while places > 0, digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            places -= 1
        }
        return places
    }
}
