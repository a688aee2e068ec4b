extension TextQuery {
    /// The time buckets that are asked for; nil if there are none.
    func buckets() throws(ExpressionError) -> TimeBuckets? {
        guard let every else {
            if let timeZone {
                throw .whole("a time zone goes with time buckets", timeZone, hint: "add --every 1d")
            }
            return nil
        }
        guard let width = Self.width(every) else {
            throw .whole("this is no length of time", every, hint: "write 30m, 1h, 1d, 1w or 1month")
        }
        guard let timeZone else { return TimeBuckets(width) }
        do throws(AuditStoreError) {
            return TimeBuckets(width, in: try TimeZoneRules(named: timeZone))
        } catch {
            throw .whole(error.message, timeZone, hint: "write a name such as Europe/Berlin")
        }
    }

    /// `1w` and `1month` go by the calendar, all else by the clock.
    private static func width(_ text: String) -> BucketWidth? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        if let count = Int(digits), count > 0, count <= 100_000 {
            switch unit {
            case "w": return .weeks(count)
            case "month", "months", "mo": return .months(count)
            case "y", "year", "years": return .years(count)
            default: break
            }
        }
        guard let microseconds = TextTime.duration(text), microseconds > 0 else { return nil }
        return BucketWidth(microseconds: microseconds)
    }
}
