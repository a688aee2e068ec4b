/// Reads the parts of a block front to back, and refuses to go past its end.
///
/// Every length in a file may be wrong, even under a right checksum; each read therefore answers with an error and not
/// with a trap.
package struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    package private(set) var offset = 0
    let context: String

    /// - Parameter context: what is being read, for the error.
    package init(_ bytes: UnsafeRawBufferPointer, context: String) {
        self.bytes = bytes
        self.context = context
    }

    package var remaining: Int { bytes.count - offset }

    func tooShort(_ wanted: Int) -> SegmentError {
        .corrupt(
            "\(context) ends early", offset: UInt64(offset), expected: "\(wanted) more bytes", found: "\(remaining)")
    }

    package mutating func integer<T: FixedWidthInteger>(as type: T.Type = T.self) throws(SegmentError) -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw tooShort(size) }
        defer { offset += size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    package mutating func varint() throws(SegmentError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte: UInt8 = try integer()
            guard shift < 63 || (shift == 63 && byte <= 1) else {
                throw .corrupt("\(context) has an integer of more than 64 bits", offset: UInt64(offset))
            }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// A count or a length: never more than `limit`, so that nothing is allocated on the word of a damaged file.
    package mutating func count(limit: Int) throws(SegmentError) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else {
            throw .corrupt(
                "\(context) has an impossible count", offset: UInt64(offset), expected: "at most \(limit)",
                found: "\(value)")
        }
        return Int(value)
    }

    package mutating func bytes(_ n: Int) throws(SegmentError) -> UnsafeRawBufferPointer {
        guard n >= 0, remaining >= n else { throw tooShort(n) }
        defer { offset += n }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + n])
    }

    package mutating func string(limit: Int = 1 << 24) throws(SegmentError) -> String {
        let n = try count(limit: limit)
        return String(decoding: try bytes(n), as: UTF8.self)
    }
}
