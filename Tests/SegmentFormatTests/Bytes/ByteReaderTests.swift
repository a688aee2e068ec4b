import SegmentFormat
import TestSupport
import Testing

@Suite struct ByteReaderTests {
    private func read<R>(_ bytes: [UInt8], _ body: (inout ByteReader) throws -> R) rethrows -> R {
        try bytes.withUnsafeBytes {
            var reader = ByteReader($0, context: "a test")
            return try body(&reader)
        }
    }

    @Test func integersAreLittleEndian() throws {
        try read([1, 2, 3, 4, 5, 6, 7, 8, 9]) { reader in
            try #expect(reader.integer(as: UInt8.self) == 1)
            try #expect(reader.integer(as: UInt16.self) == 0x0302)
            try #expect(reader.integer(as: UInt32.self) == 0x0706_0504)
            #expect(reader.offset == 7 && reader.remaining == 2)
            #expect(throws: SegmentError.self) { try reader.integer(as: UInt32.self) }
            #expect(reader.remaining == 2)
        }
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 1 << 32, 1 << 63, .max] as [UInt64])
    func varintsComeBack(value: UInt64) throws {
        var arena = ByteArena()
        arena.append(varint: value)
        let bytes = arena.array()
        try read(bytes) { try #expect($0.varint() == value && $0.remaining == 0) }
        for end in bytes.indices {
            #expect(throws: SegmentError.self) { try read(Array(bytes[..<end])) { try $0.varint() } }
        }
    }

    @Test func varintsOfMoreThan64Bits() {
        #expect(throws: SegmentError.self) { try read(Array(repeating: 0xff, count: 9) + [2]) { try $0.varint() } }
        #expect(throws: SegmentError.self) { try read(Array(repeating: 0x80, count: 100)) { try $0.varint() } }
    }

    @Test func countsHaveALimit() throws {
        try read([100]) { try #expect($0.count(limit: 100) == 100) }
        #expect(throws: SegmentError.self) { try read([101]) { try $0.count(limit: 100) } }
        #expect(throws: SegmentError.self) {
            try read(Array(repeating: 0xff, count: 9) + [1]) { try $0.count(limit: .max) }
        }
    }

    @Test func stringsAndBytesEndWithTheBlock() throws {
        try read([3, 0x61, 0x62, 0x63]) { try #expect($0.string() == "abc") }
        #expect(throws: SegmentError.self) { try read([4, 0x61, 0x62, 0x63]) { try $0.string() } }
        #expect(throws: SegmentError.self) { try read([3, 0x61]) { try $0.string(limit: 2) } }
        #expect(throws: SegmentError.self) { try read([1]) { _ = try $0.bytes(2) } }
        #expect(throws: SegmentError.self) { try read([1]) { _ = try $0.bytes(-1) } }
        try read([]) { try #expect($0.bytes(0).isEmpty) }
    }
}
