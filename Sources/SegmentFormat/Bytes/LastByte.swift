import CKernels

/// Looks for a byte from the end, thirty-two at a time.
package enum LastByte {
    /// Where `byte` stands last.
    package static func index(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        var end = bytes.count
        // In bounds: thirty-two bytes end at `end`.
        while end >= 32, let base = bytes.baseAddress {
            let found = ck_find(base + (end - 32), byte)
            if found != 0 { return end - 1 - found.leadingZeroBitCount }
            end -= 32
        }
        return bytes[..<end].lastIndex(of: byte)
    }
}
