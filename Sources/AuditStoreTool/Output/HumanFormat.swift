/// Figures as a person reads them, without Foundation and without a locale.
enum HumanFormat {
    /// `1,234,567`
    static func count(_ value: Int) -> String {
        grouped(String(value.magnitude), isNegative: value < 0)
    }

    /// Decimal units, as disks and networks are sold: `999 B`, `1.2 MB`, `340 GB`.
    static func bytes(_ value: Int) -> String {
        let sign = value < 0 ? "-" : ""
        guard value.magnitude >= 1000 else { return "\(sign)\(value.magnitude) B" }
        var scaled = Double(value.magnitude) / 1000
        var unit = 0
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        // 999.5 and more would print as 1000.
        while scaled >= 999.5, unit < units.count - 1 {
            scaled /= 1000
            unit += 1
        }
        return "\(sign)\(decimal(scaled, places: scaled < 99.95 ? 1 : 0)) \(units[unit])"
    }

    /// Events and the like in a second, to three digits since more of them only flicker: `412,000/s`.
    static func rate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond >= 0, perSecond < 1e18 else { return "-/s" }
        guard perSecond >= 10 else { return "\(decimal(perSecond, places: 1))/s" }
        var step = 1.0
        while perSecond / step >= 1000 { step *= 10 }
        return "\(count(Int((perSecond / step).rounded() * step)))/s"
    }

    static func byteRate(_ perSecond: Double) -> String {
        guard perSecond.isFinite, perSecond >= 0, perSecond < 9e18 else { return "-/s" }
        return "\(bytes(Int(perSecond)))/s"
    }

    /// `350 µs`, `12 ms`, `1.2 s`, `3 min 20 s`, `1 h 05 min`, `2 d 3 h`
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return "-" }
        if seconds < 0 { return "-\(duration(seconds: -seconds))" }
        if seconds == 0 { return "0 s" }
        if seconds < 0.000_999_5 { return "\(Int((seconds * 1e6).rounded())) µs" }
        if seconds < 0.999_5 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 9.95 { return "\(decimal(seconds, places: 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
        if whole < 86_400 { return "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min" }
        return "\(count(whole / 86_400)) d \(whole % 86_400 / 3600) h"
    }

    static func duration(_ value: Duration) -> String {
        let (seconds, attoseconds) = value.components
        return duration(seconds: Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// How many times `whole` is `part`: `28.3×`. `-` where that says nothing.
    static func ratio(_ whole: Int, to part: Int) -> String {
        guard whole >= 0, part > 0 else { return "-" }
        let value = Double(whole) / Double(part)
        return "\(value < 99.95 ? decimal(value, places: 1) : count(Int(value.rounded())))×"
    }

    /// A share of one: `3.5 %`, `100 %`.
    static func percent(_ fraction: Double) -> String {
        guard fraction.isFinite, fraction.magnitude < 1e12 else { return "-" }
        let value = fraction * 100
        return "\(decimal(value, places: value.magnitude < 99.95 ? 1 : 0)) %"
    }

    /// `1,234` or `12.34`: any number, at most `places` digits after the point.
    static func number(_ value: Double, places: Int = 2) -> String {
        guard value.isFinite else { return "-" }
        let needed = NumberText.placesNeeded(value, limit: places)
        guard let text = NumberText.fixed(value, places: needed) else { return value.description }
        let parts = text.drop { $0 == "-" }.split(separator: ".")
        let whole = grouped(String(parts[0]), isNegative: text.hasPrefix("-"))
        return parts.count > 1 ? "\(whole).\(parts[1])" : whole
    }

    private static func decimal(_ value: Double, places: Int) -> String {
        NumberText.fixed(value, places: places) ?? value.description
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }

    private static func grouped(_ digits: String, isNegative: Bool) -> String {
        var text = isNegative ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
