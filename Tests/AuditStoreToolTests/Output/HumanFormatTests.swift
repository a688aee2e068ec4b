import Testing

@testable import AuditStoreTool

@Suite struct HumanFormatTests {
    @Test func counts() {
        #expect([0, 999, 1000, 1_234_567].map(HumanFormat.count) == ["0", "999", "1,000", "1,234,567"])
        #expect(HumanFormat.count(-1234) == "-1,234")
        #expect(HumanFormat.count(.min) == "-9,223,372,036,854,775,808")
    }

    @Test func bytes() {
        #expect(
            [0, 999, 1000, 1_234_567, 99_949, 99_950, 999_499, 999_500, 340_000_000_000].map(HumanFormat.bytes)
                == ["0 B", "999 B", "1.0 kB", "1.2 MB", "99.9 kB", "100 kB", "999 kB", "1.0 MB", "340 GB"])
        #expect(HumanFormat.bytes(.max) == "9.2 EB")
        #expect(HumanFormat.bytes(.min) == "-9.2 EB")
    }

    @Test func rates() {
        #expect(
            [0, 9.96, 12.3, 999.6, 412_345, .nan, -1].map(HumanFormat.rate)
                == ["0.0/s", "10.0/s", "12/s", "1,000/s", "412,000/s", "-/s", "-/s"])
        #expect(HumanFormat.byteRate(142_000_000) == "142 MB/s")
    }

    @Test func durations() {
        #expect(
            [0, 0.000_35, 0.012, 0.9996, 1.23, 9.96, 59.6].map { HumanFormat.duration(seconds: $0) }
                == ["0 s", "350 µs", "12 ms", "1.0 s", "1.2 s", "10 s", "1 min 00 s"])
        #expect(
            [200, 3900, 183_600, -2].map { HumanFormat.duration(seconds: $0) }
                == ["3 min 20 s", "1 h 05 min", "2 d 3 h", "-2.0 s"])
        #expect(HumanFormat.duration(.milliseconds(1500)) == "1.5 s")
    }

    @Test func ratiosAndNumbers() {
        #expect(HumanFormat.ratio(283, to: 10) == "28.3×")
        #expect(HumanFormat.ratio(123_456, to: 1) == "123,456×")
        #expect(HumanFormat.ratio(1, to: 0) == "-")
        #expect(HumanFormat.percent(0.0353) == "3.5 %")
        #expect(HumanFormat.percent(1) == "100 %")
        #expect(
            [0, 1234.5, -1234.567, 12, 1e300].map { HumanFormat.number($0) }
                == ["0", "1,234.5", "-1,234.57", "12", "1e+300"])
    }
}
