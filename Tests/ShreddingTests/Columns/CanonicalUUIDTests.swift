import SegmentFormat
import Shredding
import TestSupport
import Testing

@Suite struct CanonicalUUIDTests {
    private func parse(_ leaf: [UInt8]) -> UUIDBytes? {
        guard leaf.count == CanonicalUUID.length else { return nil }
        return (leaf + [UInt8](repeating: 0x0a, count: 16)).withUnsafeBytes { CanonicalUUID.parse($0.baseAddress!) }
    }

    private func format(_ uuid: UUIDBytes) -> [UInt8] {
        var arena = ByteArena()
        CanonicalUUID.append(uuid, to: &arena)
        return arena.array()
    }

    @Test func known() {
        let text = Array("\"fa5350d8-73c5-4758-89dc-f32d8f08f649\"".utf8)
        let uuid = UUIDBytes(high: 0xfa53_50d8_73c5_4758, low: 0x89dc_f32d_8f08_f649)
        #expect(parse(text) == uuid)
        #expect(format(uuid) == text)
    }

    @Test(arguments: Seeds.fixed) func random(seed: UInt64) {
        var random = Seeds.announce(seed, "UUIDs")
        for _ in 0..<2000 {
            let uuid = UUIDBytes(high: random.next(), low: random.next())
            #expect(parse(format(uuid)) == uuid)
        }
    }

    /// One byte changed anywhere, to any other: upper case and everything else that is no digit is refused.
    @Test func everyByteChanged() {
        let original = Array("\"fa5350d8-73c5-4758-89dc-f32d8f08f649\"".utf8)
        for i in original.indices {
            for byte in UInt8.min ... .max {
                var changed = original
                changed[i] = byte
                let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
                let wasDigit = ![0, 9, 14, 19, 24, 37].contains(i)
                let expected = byte == original[i] || (wasDigit && isDigit)
                // The opening quote is what made it a string: no caller gets here without it.
                if i == 0 { continue }
                #expect((parse(changed) != nil) == expected, "byte \(byte) at \(i)")
                if let uuid = parse(changed) { #expect(format(uuid) == changed) }
            }
        }
    }

    @Test(arguments: [
        "\"FA5350D8-73C5-4758-89DC-F32D8F08F649\"", "\"fa5350d8-73c5-4758-89dc-f32d8f08f64G\"",
        "\"fa5350d873c5475889dcf32d8f08f6490000\"", "\"{a5350d8-73c5-4758-89dc-f32d8f08f649\"",
    ])
    func odd(text: String) {
        #expect(parse(Array(text.utf8)) == nil)
    }
}
