import SegmentFormat
import Shredding

extension CanonicalUUID {
    private static let textLength = 36

    /// The text of a UUID, `8-4-4-4-12` in lower-case hexadecimal, without quotes.
    static func text(_ uuid: UUIDBytes) -> String { withText(uuid) { String(decoding: $0, as: UTF8.self) } }

    /// Calls the body with the bytes of the text.
    static func withText<R>(_ uuid: UUIDBytes, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        withUnsafeTemporaryAllocation(byteCount: textLength, alignment: 8) { text in
            // In bounds: the last digits end at 36. Hyphens stand after 8, 12, 16 and 20 digits.
            let middle = digits(UInt32(truncatingIfNeeded: uuid.high))
            let second = digits(UInt32(truncatingIfNeeded: uuid.low >> 32))
            text.storeBytes(of: digits(UInt32(uuid.high >> 32)), toByteOffset: 0, as: UInt64.self)
            text.storeBytes(of: UInt32(truncatingIfNeeded: middle), toByteOffset: 9, as: UInt32.self)
            text.storeBytes(of: UInt32(middle >> 32), toByteOffset: 14, as: UInt32.self)
            text.storeBytes(of: UInt32(truncatingIfNeeded: second), toByteOffset: 19, as: UInt32.self)
            text.storeBytes(of: UInt32(second >> 32), toByteOffset: 24, as: UInt32.self)
            text.storeBytes(of: digits(UInt32(truncatingIfNeeded: uuid.low)), toByteOffset: 28, as: UInt64.self)
            (text[8], text[13], text[18], text[23]) = (0x2d, 0x2d, 0x2d, 0x2d)
            return body(UnsafeRawBufferPointer(text))
        }
    }

    /// Eight hexadecimal digits, the first in the byte that is stored first.
    @inline(__always)
    private static func digits(_ bits: UInt32) -> UInt64 {
        var nibbles = UInt64(bits)
        nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f
        // 1 in each byte that is over 9: its digit is a letter.
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).bigEndian
    }
}
