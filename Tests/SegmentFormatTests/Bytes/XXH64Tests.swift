import SegmentFormat
import Testing

/// The vectors of xxHash's own self-test, and two that are printed everywhere.
@Suite struct XXH64Tests {
    private func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
        bytes.withUnsafeBytes { XXH64.hash($0, seed: seed) }
    }

    /// The buffer that `xxhsum` tests itself on.
    private static let sanity: [UInt8] = {
        var generator: UInt64 = 2_654_435_761
        return (0..<222).map { _ in
            defer { generator &*= 11_400_714_785_074_694_797 }
            return UInt8(truncatingIfNeeded: generator >> 56)
        }
    }()

    @Test(
        arguments: [
            (0, 0, 0xEF46_DB37_51D8_E999), (0, 2_654_435_761, 0xAC75_FDA2_929B_17EF), (1, 0, 0xE934_A84A_DB05_2768),
            (1, 2_654_435_761, 0x5014_6076_43A9_B4C3), (4, 0, 0x9136_A0DC_A574_57EE),
            (14, 0, 0x8282_DCC4_994E_35C8), (14, 2_654_435_761, 0xC3BD_6BF6_3DEB_6DF0),
            (222, 0, 0xB641_AE8C_B691_C174), (222, 2_654_435_761, 0x20CB_8AB7_AE10_C14A),
        ] as [(Int, UInt64, UInt64)])
    func selfTest(count: Int, seed: UInt64, expected: UInt64) {
        #expect(hash(Array(Self.sanity.prefix(count)), seed: seed) == expected)
    }

    @Test func text() {
        #expect(hash(Array("abc".utf8)) == 0x44BC_2CF5_AD77_0999)
        #expect(hash(Array("Nobody inspects the spammish repetition".utf8)) == 0xFBCE_A83C_8A37_8BF1)
        #expect(XXH64.hash(UnsafeRawBufferPointer(start: nil, count: 0)) == 0xEF46_DB37_51D8_E999)
    }

    /// Every length has its own way through the function, and no way may depend on where the bytes lie.
    @Test func alignmentIsWithoutEffect() {
        let bytes = Self.sanity
        for count in 0...70 {
            let expected = hash(Array(bytes[..<count]))
            for shift in 1..<8 {
                let shifted = [UInt8](repeating: 0xaa, count: shift) + bytes[..<count]
                let found = shifted.withUnsafeBytes { XXH64.hash(UnsafeRawBufferPointer(rebasing: $0[shift...])) }
                #expect(found == expected, "\(count) bytes at \(shift)")
            }
        }
    }
}
