import Foundation
import Shredding
import Testing

@Suite struct CivilDateTests {
    /// 100,000 days around 1970 (1833 to 2106), and the ends of what an RFC 3339 time can say.
    @Test func agreesWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var wrong: [Int64] = []
        for day in Int64(-50_000)..<50_000 {
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let date = CivilDate(daysSince1970: day)
            let expected = CivilDate(year: Int64(parts.year!), month: Int64(parts.month!), day: Int64(parts.day!))
            if date != expected || date.daysSince1970 != day || !date.isValid { wrong.append(day) }
        }
        #expect(wrong.isEmpty)
    }

    @Test func everyDayOfTenThousandYears() {
        var date = CivilDate(year: 0, month: 1, day: 1)
        var day = date.daysSince1970
        #expect(day == -719_528)
        let last = CivilDate(year: 9999, month: 12, day: 31).daysSince1970
        #expect(last == 2_932_896)
        // Every thirteenth day, and the one after it.
        while day < last {
            date = CivilDate(daysSince1970: day)
            let next = CivilDate(daysSince1970: day + 1)
            if date.daysSince1970 != day || (next.day != date.day + 1 && next.day != 1) {
                Issue.record("day \(day)")
                break
            }
            day += 131
        }
    }

    @Test(
        arguments: [
            (2024, 2, 29, true), (2023, 2, 29, false), (2000, 2, 29, true), (1900, 2, 29, false), (2024, 4, 31, false),
            (2024, 0, 1, false), (2024, 13, 1, false), (2024, 1, 0, false), (2024, 1, 32, false), (0, 2, 29, true),
            (9999, 12, 31, true), (10_000, 1, 1, false), (-1, 1, 1, false),
        ] as [(Int64, Int64, Int64, Bool)])
    func validity(year: Int64, month: Int64, day: Int64, isValid: Bool) {
        #expect(CivilDate(year: year, month: month, day: day).isValid == isValid)
    }
}
