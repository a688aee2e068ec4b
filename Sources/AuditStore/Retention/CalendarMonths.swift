import Shredding

/// Counts in calendar months.
enum CalendarMonths {
    /// The same day so many months later, or the last day of that month if it has no such day; days since 1970.
    static func add(_ months: Int, toDay day: Int64) -> Int64 {
        let date = CivilDate(daysSince1970: day)
        let month = date.year * 12 + date.month - 1 + Int64(months)
        let first = firstDay(ofMonth: month)
        let length = firstDay(ofMonth: month + 1) - first
        return first + min(date.day, length) - 1
    }

    /// Months since the year 0.
    static func month(ofDay day: Int64) -> Int64 {
        let date = CivilDate(daysSince1970: day)
        return date.year * 12 + date.month - 1
    }

    private static func firstDay(ofMonth month: Int64) -> Int64 {
        let year = (month >= 0 ? month : month - 11) / 12
        return CivilDate(year: year, month: month - year * 12 + 1, day: 1).daysSince1970
    }
}
