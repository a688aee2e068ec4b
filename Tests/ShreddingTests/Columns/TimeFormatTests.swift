import Testing

@testable import Shredding

@Suite struct TimeFormatTests {
    private func parse(_ leaf: String, _ format: TimeFormat) -> Int64? {
        Array(leaf.utf8).withUnsafeBytes { format.parse($0) }
    }

    @Test(
        arguments: [
            ("1718510400", TimeFormat.seconds, 1_718_510_400_000_000),
            ("1718510400.25", .seconds, 1_718_510_400_250_000),
            ("1718510400.1234567", .seconds, 1_718_510_400_123_456),
            ("\"1718510400\"", .seconds, 1_718_510_400_000_000),
            ("0", .seconds, 0), ("-1", .seconds, -1_000_000), ("-1.5", .seconds, -1_500_000),
            ("1718510400123", .milliseconds, 1_718_510_400_123_000),
            ("1718510400123.5", .milliseconds, 1_718_510_400_123_500),
            ("1718510400123456", .microseconds, 1_718_510_400_123_456),
            ("1.718510400e9", .seconds, 1_718_510_400_000_000),
            ("253402300799", .seconds, 253_402_300_799_000_000),
            ("\"2024-06-16T04:00:00Z\"", .milliseconds, 1_718_510_400_000_000),
            ("\"2024-06-16T04:00:00Z\"", .rfc3339, 1_718_510_400_000_000),
        ] as [(String, TimeFormat, Int64)])
    func times(_ leaf: String, _ format: TimeFormat, _ expected: Int64) {
        #expect(parse(leaf, format) == expected)
    }

    /// Milliseconds under a schema of seconds lie in the year 56,000: nobody means that.
    @Test(
        arguments: [
            ("1718510400", TimeFormat.rfc3339), ("1718510400123", .seconds), ("", .seconds), ("-", .seconds),
            ("null", .seconds),
            ("true", .milliseconds), ("{}", .seconds), ("[1]", .seconds), ("\"\"", .seconds), ("\"", .seconds),
            ("1.", .seconds),
            ("1..5", .seconds), ("1x", .seconds), ("\"soon\"", .seconds), ("99999999999999999999999", .microseconds),
            ("9223372036854775807", .milliseconds), ("1e400", .seconds), ("253402300800", .seconds),
            ("-62167219201", .seconds),
        ] as [(String, TimeFormat)])
    func noTimes(_ leaf: String, _ format: TimeFormat) {
        #expect(parse(leaf, format) == nil)
    }

    @Test func anyBytesAreReadOrRefused() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789.-+eE\"".utf8)
        for _ in 0..<50_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            for format in [TimeFormat.seconds, .milliseconds, .microseconds] {
                _ = bytes.withUnsafeBytes { format.parse($0) }
            }
        }
    }
}
