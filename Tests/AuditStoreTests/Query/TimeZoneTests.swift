import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Calendar buckets against Foundation's calendar, which has rules of its own and nothing in common with the store's.
@Suite struct TimeZoneTests {
    static let names = [
        "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata",
        "Europe/Dublin",
    ]

    static func rules(_ name: String) throws -> TimeZoneRules {
        try TimeZoneRules(
            named: name, files: PosixFileSystem(), directories: ["/nowhere", Fixture.path("zoneinfo")])
    }

    /// Moments of thirty years, many of them within hours of a change of clocks.
    private static func moments(_ zone: TimeZone, seed: UInt64) -> [Date] {
        var random = SeededGenerator(seed: seed)
        let first = 631_152_000.0
        let last = 1_735_689_600.0
        var moments = (0..<300).map { _ in Date(timeIntervalSince1970: Double.random(in: first...last, using: &random))
        }
        var change = Date(timeIntervalSince1970: first)
        while let next = zone.nextDaylightSavingTimeTransition(after: change), next.timeIntervalSince1970 < last {
            for _ in 0..<12 { moments.append(next + Double(Int.random(in: -10_000...10_000, using: &random))) }
            moments += [next, next - 0.000_001, next + 0.000_001, next - 1, next + 86_400, next - 86_400]
            change = next
        }
        return moments
    }

    @Test(arguments: names)
    func offsets(name: String) throws {
        let rules = try Self.rules(name)
        let zone = try #require(TimeZone(identifier: name))
        for moment in Self.moments(zone, seed: 7) {
            let microseconds = Int64((moment.timeIntervalSince1970 * 1_000_000).rounded())
            let exact = Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
            #expect(
                rules.era(at: microseconds).offset == Int64(zone.secondsFromGMT(for: exact)) * 1_000_000,
                "\(name): \(exact)")
        }
    }

    @Test(arguments: names, [1, 2, 3])
    func days(name: String, seed: UInt64) throws {
        let rules = try Self.rules(name)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        let widths: [(BucketWidth, Calendar.Component)] = [
            (.days(1), .day), (.weeks(1), .weekOfYear), (.months(1), .month), (.years(1), .year),
        ]
        for moment in Self.moments(calendar.timeZone, seed: seed) {
            let microseconds = Int64((moment.timeIntervalSince1970 * 1_000_000).rounded())
            for (width, component) in widths {
                let expected = try #require(calendar.dateInterval(of: component, for: moment))
                let found = TimeBuckets(width, in: rules).bucket(containing: microseconds)
                #expect(
                    found.lowerBound == Int64(expected.start.timeIntervalSince1970) * 1_000_000
                        && found.upperBound == Int64(expected.end.timeIntervalSince1970) * 1_000_000,
                    "\(name), seed \(seed): \(component) of \(moment)")
            }
        }
    }

    /// Whatever the width and the zone: a moment lies in its bucket, and buckets follow each other without gap or overlap.
    @Test(arguments: names, [1, 2])
    func bucketsFollowEachOther(name: String, seed: UInt64) throws {
        let rules = try Self.rules(name)
        let zone = try #require(TimeZone(identifier: name))
        let widths: [BucketWidth] = [
            .minutes(15), .hours(1), .hours(6), .hours(7), .days(1), .days(3), .weeks(2), .months(1), .months(5),
            .years(1),
        ]
        for moment in Self.moments(zone, seed: seed) {
            let time = Int64((moment.timeIntervalSince1970 * 1_000_000).rounded())
            for width in widths {
                let buckets = TimeBuckets(width, in: rules)
                let bucket = buckets.bucket(containing: time)
                #expect(bucket.contains(time), "\(name), seed \(seed): \(moment) by \(width)")
                #expect(
                    buckets.bucket(containing: bucket.lowerBound) == bucket,
                    "\(name), seed \(seed): \(moment) by \(width)")
                #expect(buckets.bucket(containing: bucket.upperBound - 1) == bucket, "\(name): \(moment) by \(width)")
                #expect(buckets.bucket(containing: bucket.upperBound).lowerBound == bucket.upperBound)
            }
        }
    }

    /// 29 October 2023 in Berlin: clocks go from 03:00 back to 02:00, so that 02:xx is there twice.
    @Test func anHourThatIsThereTwiceIsTwoHours() throws {
        let buckets = TimeBuckets(.hours(1), in: try Self.rules("Europe/Berlin"))
        let starts = stride(from: 0, to: 5 * 3600, by: 1800).map { seconds in
            buckets.bucket(containing: Instant("2023-10-28T22:30:00Z")!.microseconds + Int64(seconds) * 1_000_000)
                .lowerBound
        }
        #expect(Set(starts).count == 6)
        let day = TimeBuckets(.days(1), in: try Self.rules("Europe/Berlin"))
            .bucket(containing: Instant("2023-10-29T12:00:00Z")!.microseconds)
        #expect(day.upperBound - day.lowerBound == 25 * 3_600_000_000)
    }

    /// Lord Howe sets its clocks by half an hour, so that hours begin at the change.
    @Test func halfAnHour() throws {
        let rules = try Self.rules("Australia/Lord_Howe")
        let change = Instant("2024-04-06T15:00:00Z")!.microseconds
        let buckets = TimeBuckets(.hours(1), in: rules)
        #expect(buckets.bucket(containing: change - 1).upperBound == change)
        #expect(buckets.bucket(containing: change) == change..<change + 1_800_000_000)
    }

    @Test func widthsInUTC() {
        let time = Instant("2024-06-19T13:14:15.5Z")!.microseconds
        func start(_ width: BucketWidth) -> String {
            Instant(microseconds: TimeBuckets(width).bucket(containing: time).lowerBound).shortDescription
        }
        #expect(start(.hours(1)) == "2024-06-19T13:00:00Z" && start(.days(1)) == "2024-06-19T00:00:00Z")
        // A Wednesday; its week began on the 17th.
        #expect(start(.weeks(1)) == "2024-06-17T00:00:00Z" && start(.months(1)) == "2024-06-01T00:00:00Z")
        #expect(start(.months(3)) == "2024-04-01T00:00:00Z" && start(.years(1)) == "2024-01-01T00:00:00Z")
    }

    @Test(arguments: [
        Int64.min + 1, -1, 0, 1, Int64.max - 1, Int64.max, -62_135_596_800_000_000, 253_402_300_799_999_999,
    ])
    func extremeTimesTrapNothing(time: Int64) throws {
        for zone in [TimeZoneRules.utc, try Self.rules("Europe/Berlin"), try Self.rules("America/Sao_Paulo")] {
            for width: BucketWidth in [
                .seconds(1), .hours(1), .days(1), .weeks(3), .months(1), .years(.max), .days(.max),
            ] {
                let bucket = TimeBuckets(width, in: zone).bucket(containing: time)
                #expect(bucket.lowerBound <= time && time <= bucket.upperBound)
            }
        }
    }

    @Test(arguments: [
        "", "Nowhere/Town", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/\u{0}",
        String(repeating: "a", count: 99),
    ])
    func namesThatAreNone(name: String) {
        let error = #expect(throws: AuditStoreError.self) { try Self.rules(name) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func utcNeedsNoFile() throws {
        #expect(try TimeZoneRules(named: "UTC", files: PosixFileSystem(), directories: []) == .utc)
    }

    /// Damaged files are refused or read; nothing traps.
    @Test(arguments: 1...8)
    func damagedFiles(seed: UInt64) {
        print("TimeZoneTests.damagedFiles: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for name in Self.names {
            let bytes = Fixture.file(Fixture.path("zoneinfo/\(name)"))
            #expect(TimeZoneFile.parse(bytes, name: name) != nil)
            for _ in 0..<300 {
                var damaged = bytes
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
                        in: .min ... .max, using: &random)
                }
                if Bool.random(using: &random) {
                    damaged.removeLast(Int.random(in: 0...damaged.count, using: &random))
                }
                guard let rules = TimeZoneFile.parse(damaged, name: name) else { continue }
                let time = Int64.random(in: -5_000_000_000_000_000...5_000_000_000_000_000, using: &random)
                #expect(
                    TimeBuckets(.days(1), in: rules).bucket(containing: time).contains(time), "seed \(seed): \(name)")
            }
        }
    }

    @Test(arguments: [
        ("CET-1CEST,M3.5.0,M10.5.0/3", true), ("<+0330>-3:30", true), ("EST5EDT,J60,300/-1:30", true), ("", false),
        ("CET", false), ("CET-1CEST", false), ("CET-1CEST,M13.5.0,M10.5.0", false), ("CET-1CEST,M3.5.0", false),
        ("CET-1CEST,M3.5.0,M10.5.0x", false), ("CET-999", false), ("<+03", false),
    ])
    func yearlyRules(text: String, isRule: Bool) {
        #expect((YearlyRule(text) != nil) == isRule)
    }

    @Test func queries() async throws {
        let berlin = try Self.rules("Europe/Berlin")
        let times = ["2024-03-30T22:59:59Z", "2024-03-30T23:00:00Z", "2024-03-31T21:59:59Z", "2024-03-31T22:00:00Z"]
        let lines = times.map { #"{"verb":"get","other":"\#($0)","stageTimestamp":"\#(Instant($0)!)"}"# }
        let fixture = try QueryFixture([Array(lines[..<1]), Array(lines[1...])])
        let days = try await fixture.events.group { $0.stageTime.bucket(.days(1), in: berlin) }.aggregate(.count).rows()
        let starts = ["2024-03-29T23:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"]
        #expect(days.map(\.key.shortDescription) == starts && days.map(\.value) == [1, 2, 1])
        // A time that is no time of the schema, and a closure on one.
        let other = Field<Instant>("other")
        let others = try await fixture.events.group { _ in other.bucket(.days(1), in: berlin) }.aggregate(.count).rows()
        #expect(others.map(\.key) == days.map(\.key) && others.map(\.value) == [1, 2, 1])
        let shifted = try await fixture.events.group {
            $0.stageTime.map { $0 + .seconds(1) }.bucket(.days(1), in: berlin)
        }
        .aggregate(.count).rows()
        #expect(shifted.map(\.value) == [2, 2])
        let months = try await fixture.events.group { $0.stageTime.bucket(.months(1), in: berlin) }.aggregate(.count)
            .rows()
        #expect(months.map(\.key.shortDescription) == ["2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z"])
    }
}
