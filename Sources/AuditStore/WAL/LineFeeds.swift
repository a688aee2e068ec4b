/// Finds the ends of lines, eight bytes at a time: opening after a crash looks at each byte of all that was appended.
enum LineFeeds {
    static func first(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var p = start
        // In bounds: a word is loaded only where eight bytes are left.
        while p + 8 <= text.count {
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: p, as: UInt64.self))
            let other = word ^ 0x0a0a_0a0a_0a0a_0a0a
            // The lowest byte that is zero has its top bit set; those above it may have by mistake.
            let zeros = (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
            if zeros != 0 { return p + zeros.trailingZeroBitCount / 8 }
            p += 8
        }
        while p < text.count {
            if text[p] == 0x0a { return p }
            p += 1
        }
        return nil
    }
}
