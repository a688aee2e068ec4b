import Foundation
import Shredding
import TestSupport
import Testing

@testable import AuditStore

/// The boundary of expiry, by calendar months.
@Suite struct CalendarMonthsTests {
    private static func day(_ text: String) -> Int64 { Instant(text)!.microseconds / EventTimes.microsecondsPerDay }

    @Test(arguments: [
        ("2024-01-15", 1, "2024-02-15"), ("2024-01-31", 1, "2024-02-29"), ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"), ("2024-06-16", 13, "2025-07-16"), ("2024-12-31", 2, "2025-02-28"),
        ("2024-11-30", 1200, "2124-11-30"), ("1969-12-31", 1, "1970-01-31"),
    ]) func months(day: String, months: Int, expected: String) {
        #expect(CalendarMonths.add(months, toDay: Self.day(day)) == Self.day(expected))
    }

    /// Foundation's calendar as the oracle.
    @Test(arguments: Seeds.fixed) func asFoundation(seed: UInt64) {
        var random = Seeds.announce(seed, "months")
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0)!
        for _ in 0..<500 {
            let day = Int64(random.below(60_000))
            let months = 1 + random.below(300)
            let later = calendar.date(
                byAdding: .month, value: months, to: Date(timeIntervalSince1970: Double(day * 86_400)))!
            #expect(CalendarMonths.add(months, toDay: day) == Int64(later.timeIntervalSince1970) / 86_400)
        }
    }

    @Test func keptToTheEndOfTheDay() {
        let kept = RetentionClass(name: "a", months: 13, id: 0)
        let day = Self.day("2024-06-16")
        #expect(!kept.isExpired(day: day, today: Self.day("2025-07-16")))
        #expect(kept.isExpired(day: day, today: Self.day("2025-07-17")))
        #expect(!RetentionClass(name: "a", months: nil, id: 0).isExpired(day: day, today: .max))
    }
}
