import SegmentFormat
import Shredding
import TestSupport
import Testing

@Suite struct CanonicalTimeTests {
    /// Parses a leaf as a column would: the length is checked by the caller.
    private func parse(_ leaf: String, with parser: inout CanonicalTime) -> Int64? {
        let bytes = Array(leaf.utf8)
        guard bytes.count == CanonicalTime.length else { return nil }
        return (bytes + [UInt8](repeating: 0x0a, count: 16)).withUnsafeBytes { parser.parse($0.baseAddress!) }
    }

    private func parse(_ leaf: String) -> Int64? {
        var parser = CanonicalTime()
        return parse(leaf, with: &parser)
    }

    private func format(_ time: Int64, quoted: Bool = true) -> String {
        var arena = ByteArena()
        CanonicalTime.append(time, quoted: quoted, to: &arena)
        return String(decoding: arena.array(), as: UTF8.self)
    }

    @Test(
        arguments: [
            ("\"1970-01-01T00:00:00.000000Z\"", 0), ("\"1970-01-01T00:00:00.000001Z\"", 1),
            ("\"1969-12-31T23:59:59.999999Z\"", -1), ("\"2024-06-16T04:00:00.123456Z\"", 1_718_510_400_123_456),
            ("\"2024-02-29T23:59:59.999999Z\"", 1_709_251_199_999_999),
            ("\"2000-02-29T00:00:00.000000Z\"", 951_782_400_000_000),
            ("\"0000-01-01T00:00:00.000000Z\"", -62_167_219_200_000_000),
            ("\"9999-12-31T23:59:59.999999Z\"", 253_402_300_799_999_999),
        ] as [(String, Int64)])
    func canonical(text: String, microseconds: Int64) {
        #expect(parse(text) == microseconds)
        #expect(format(microseconds) == text)
        #expect("\"" + format(microseconds, quoted: false) + "\"" == text)
    }

    @Test(arguments: [
        "\"2023-02-29T00:00:00.000000Z\"", "\"1900-02-29T00:00:00.000000Z\"", "\"2024-13-01T00:00:00.000000Z\"",
        "\"2024-00-01T00:00:00.000000Z\"", "\"2024-06-31T00:00:00.000000Z\"", "\"2024-06-00T00:00:00.000000Z\"",
        "\"2024-06-16T24:00:00.000000Z\"", "\"2024-06-16T23:60:00.000000Z\"", "\"2024-06-16T23:59:60.000000Z\"",
        "\"2024-06-16t04:00:00.000000Z\"", "\"2024-06-16T04:00:00.000000z\"", "\"2024-06-16 04:00:00.000000Z\"",
        "\"2024-06-16T04:00:00,000000Z\"", "\"2024-06-16T04:00:00.00000 Z\"", "\"2024-06-16T04:00:00.0000000\"",
        "\"2024-06-16T04.00:00.000000Z\"", "\"2024/06/16T04:00:00.000000Z\"", "\"+024-06-16T04:00:00.000000Z\"",
        "\"2024-06-16T04:00:00.00000\u{e9}\"", "\"2024-06-16T-4:00:00.000000Z\"", "\"2024-06-16T04:00:00.000000Z ",
        "\"2024-06-1:T04:00:00.000000Z\"", "\"2024-06-16T0/:00:00.000000Z\"",
    ])
    func odd(text: String) {
        #expect(parse(text) == nil)
    }

    /// The parser remembers the day before; that must not show.
    @Test(arguments: Seeds.fixed) func days(seed: UInt64) {
        var random = Seeds.announce(seed, "times")
        var parser = CanonicalTime()
        let range = 253_402_300_799_999_999 + 62_167_219_200_000_000
        for _ in 0..<3000 {
            let time = Int64(random.next() % UInt64(range)) - 62_167_219_200_000_000
            let text = format(time)
            #expect(parse(text, with: &parser) == time)
            if random.oneIn(3) { _ = parse("\"2023-02-29T00:00:00.000000Z\"", with: &parser) }
            #expect(parse(format(time / 10 * 10), with: &parser) == time / 10 * 10)
        }
    }

    /// One byte changed anywhere: the text written again is the changed one, or it is not taken as a time.
    @Test func everyByteChanged() {
        let original = Array("\"2024-02-29T23:59:59.999999Z\"".utf8)
        for i in original.indices {
            for byte in UInt8(0x20)...0x7f {
                var changed = original
                changed[i] = byte
                let text = String(decoding: changed, as: UTF8.self)
                if let time = parse(text) { #expect(format(time) == text) }
            }
        }
    }
}
