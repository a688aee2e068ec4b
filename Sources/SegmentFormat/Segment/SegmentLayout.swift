/// The fixed parts of a segment file. `Docs/Format.md` draws them.
package enum SegmentLayout {
    /// "AUDITSEG"
    package static let magic: UInt64 = 0x4745_5354_4944_5541
    /// 2: codes that refer to another column.
    package static let version: UInt32 = 2
    package static let headerBytes = 16
    package static let pageHeaderBytes = 20
    package static let trailerBytes = 32

    static func appendHeader(to output: inout ByteArena) {
        output.append(integer: magic)
        output.append(integer: version)
        output.append(integer: UInt32(0))
    }

    package static func checkHeader(_ bytes: UnsafeRawBufferPointer) throws(SegmentError) {
        var reader = ByteReader(bytes, context: "the header")
        let magic: UInt64 = try reader.integer()
        guard magic == Self.magic else {
            throw .corrupt("not a segment", offset: 0, expected: hex(Self.magic), found: hex(magic))
        }
        let version: UInt32 = try reader.integer()
        guard (1...Self.version).contains(version) else {
            throw SegmentError(
                .unsupportedVersion, "a segment of another version", offset: 8, expected: "at most \(Self.version)",
                found: "\(version)")
        }
        let flags: UInt32 = try reader.integer()
        guard flags == 0 else { throw .corrupt("unknown flags", offset: 12, expected: "0", found: hex(UInt64(flags))) }
    }

    /// The checksum of a page covers its header and its offset too, so that a page that was written to a wrong place, or
    /// read from one, is not taken for another.
    static func pageChecksum(header: UnsafeRawBufferPointer, stored: UnsafeRawBufferPointer, offset: UInt64) -> UInt64 {
        XXH64.hash(stored, seed: XXH64.hash(header, seed: offset))
    }

    package static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}

/// What a page says of itself, before its bytes.
///
///     0   u32  stored bytes that follow the header
///     4   u32  bytes once decompressed
///     8   u8   codec
///     9   u8   role: what the page is
///     10  u16  0
///     12  u64  checksum of the stored bytes, of bytes 0-11 and of the page's offset
package struct PageHeader {
    package enum Role: UInt8, Sendable {
        case codes = 1, integers = 2, uuids = 3, filter = 4, dictionary = 5, partners = 6, footer = 7
    }

    package var storedBytes: Int
    package var rawBytes: Int
    package var codec: Codec
    package var role: Role

    /// Checks a whole page (header and stored bytes) and gives the stored bytes.
    package static func check(
        _ page: UnsafeRawBufferPointer, offset: UInt64, role: Role
    ) throws(SegmentError) -> (header: PageHeader, stored: UnsafeRawBufferPointer) {
        var reader = ByteReader(page, context: "a page")
        let storedBytes = Int(try reader.integer(as: UInt32.self))
        let rawBytes = Int(try reader.integer(as: UInt32.self))
        let codecByte: UInt8 = try reader.integer()
        let roleByte: UInt8 = try reader.integer()
        _ = try reader.integer(as: UInt16.self)
        let expected: UInt64 = try reader.integer()
        let stored = UnsafeRawBufferPointer(rebasing: page[SegmentLayout.pageHeaderBytes...])
        let found = SegmentLayout.pageChecksum(
            header: UnsafeRawBufferPointer(rebasing: page[..<12]), stored: stored, offset: offset)
        guard found == expected else {
            throw .corrupt(
                "the checksum of a page does not match", offset: offset, expected: SegmentLayout.hex(expected),
                found: SegmentLayout.hex(found))
        }
        guard storedBytes == stored.count, rawBytes <= Limits.pageBytes, let codec = Codec(rawValue: codecByte),
            roleByte == role.rawValue
        else { throw .corrupt("a page is not what the footer says", offset: offset) }
        return (PageHeader(storedBytes: storedBytes, rawBytes: rawBytes, codec: codec, role: role), stored)
    }
}
