import Shredding

/// The rule for the years to come at the end of a time zone file, in the form of POSIX's `TZ`: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct YearlyRule {
    private enum Day {
        /// `M3.5.0`: the fifth (last) Sunday of March.
        case weekday(month: Int64, week: Int64, day: Int64)
        /// `J60`: the day of the year from 1 on, without a 29th of February.
        case julian(Int64)
        /// `59`: the day of the year from 0 on.
        case ordinal(Int64)

        func daysSince1970(_ year: Int64) -> Int64 {
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
            switch self {
            case .ordinal(let day): return newYear + day
            case .julian(let day):
                let isLeap = CivilDate(year: year, month: 2, day: 29).isValid
                return newYear + day - 1 + (isLeap && day >= 60 ? 1 : 0)
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(year: year, month: month, day: 1).daysSince1970
                // 1970-01-01 was a Thursday.
                let firstWeekday = ((first + 4) % 7 + 7) % 7
                var day = first + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                let next = month == 12 ? newYear + 366 : CivilDate(year: year, month: month + 1, day: 1).daysSince1970
                while day >= next || CivilDate(daysSince1970: day).month != month { day -= 7 }
                return day
            }
        }
    }

    private struct Daylight {
        var offset: Int64
        var start: (day: Day, time: Int64)
        var end: (day: Day, time: Int64)
    }

    /// Seconds that local time is ahead of UTC.
    private var standard: Int64 = 0
    private var daylight: Daylight?
    private var rest: Substring.UTF8View

    /// - Returns: nil if the text is no rule.
    init?(_ text: String) {
        rest = Substring(text).utf8
        guard skipName(), let offset = time() else { return nil }
        standard = -offset
        guard !rest.isEmpty else { return }
        guard skipName() else { return nil }
        var saving = standard + 3600
        if let first = rest.first, first != 0x2c {
            guard let offset = time() else { return nil }
            saving = -offset
        }
        guard let start = change(), let end = change(), rest.isEmpty else { return nil }
        daylight = Daylight(offset: saving, start: start, end: end)
    }

    /// The changes of all years to a last one, without those up to an instant.
    func changes(after last: Instant?, to lastYear: Int64) -> [TimeZoneRules.Change] {
        let from = last ?? Instant(microseconds: 0)
        guard let daylight else {
            // The standard offset holds for good, which matters only where no change came before.
            return last == nil ? [.init(start: from, offset: .seconds(standard))] : []
        }
        let firstYear = CivilDate(daysSince1970: from.microseconds / 86_400_000_000).year
        var changes: [TimeZoneRules.Change] = []
        guard firstYear <= lastYear else { return [] }
        for year in firstYear...lastYear {
            // Each time of change is by the clock as it runs until then.
            let start = daylight.start.day.daysSince1970(year) * 86_400 + daylight.start.time - standard
            let end = daylight.end.day.daysSince1970(year) * 86_400 + daylight.end.time - daylight.offset
            for (seconds, offset) in [(start, daylight.offset), (end, standard)] {
                let instant = Instant(microseconds: seconds * 1_000_000)
                if instant > from { changes.append(.init(start: instant, offset: .seconds(offset))) }
            }
        }
        return changes
    }

    // MARK: Parsing

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
        var value: Int64 = 0
        var digits = 0
        while let byte = rest.first, byte &- 0x30 < 10, digits < 4 {
            value = value * 10 + Int64(byte - 0x30)
            digits += 1
            rest.removeFirst()
        }
        return digits > 0 && range.contains(value) ? value : nil
    }

    /// `CET` or `<+01>`.
    private mutating func skipName() -> Bool {
        if take(0x3c) {
            while let byte = rest.first, byte != 0x3e { rest.removeFirst() }
            return take(0x3e)
        }
        let before = rest.count
        while let byte = rest.first, byte | 0x20 >= 0x61, byte | 0x20 <= 0x7a { rest.removeFirst() }
        return rest.count < before
    }

    /// `-1`, `5:30`, `-167:00:00`, in seconds.
    private mutating func time() -> Int64? {
        let sign: Int64 = take(0x2d) ? -1 : 1
        if sign > 0 { _ = take(0x2b) }
        guard var seconds = number(0...167).map({ $0 * 3600 }) else { return nil }
        for unit: Int64 in [60, 1] where take(0x3a) {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    /// `,M3.5.0/2`
    private mutating func change() -> (day: Day, time: Int64)? {
        guard take(0x2c) else { return nil }
        let day: Day
        if take(0x4d) {
            guard let month = number(1...12), take(0x2e), let week = number(1...5), take(0x2e),
                let weekday = number(0...6)
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if take(0x4a) {
            guard let number = number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(0...365) else { return nil }
            day = .ordinal(number)
        }
        guard take(0x2f) else { return (day, 7200) }
        return time().map { (day, $0) }
    }
}
