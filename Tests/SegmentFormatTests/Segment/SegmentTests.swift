import SegmentFormat
import TestSupport
import Testing

@Suite struct SegmentTests {
    @Test(arguments: [SegmentProfile.young, .compacted], Seeds.fixed)
    func roundTrip(profile: SegmentProfile, seed: UInt64) throws {
        var random = Seeds.announce(seed, "segments, \(profile)")
        for rows in [1, 3, 70, 2000] {
            let segment = try RandomSegment(&random, groups: 1 + random.below(3), rows: rows, profile: profile)
            let found = try SegmentContents(reading: segment.bytes)
            let expected = segment.contents
            let what = "\(profile), up to \(rows) rows, seed \(seed)"
            if found.dictionaries != expected.dictionaries { Issue.record("other dictionaries: \(what)") }
            if found.codes != expected.codes { Issue.record("other codes: \(what)") }
            if found.times != expected.times { Issue.record("other times: \(what)") }
            if found.uuids != expected.uuids { Issue.record("other UUIDs: \(what)") }
            if found.documents != expected.documents { Issue.record("other documents: \(what)") }
            #expect(found.isFiltered)
        }
    }

    /// Whoever needs a dictionary that somebody holds gets that one, even if no cache has room for it.
    @Test func dictionariesAreShared() throws {
        var random = Seeds.announce(6, "dictionaries")
        let segment = try RandomSegment(&random, groups: 2, rows: 50, profile: .compacted)
        let reader = try SegmentReader(
            MemorySource(name: "memory", bytes: segment.bytes), cache: PageCache(budget: 0))
        for column in reader.metadata.columns.indices {
            let held = try reader.dictionary(column)
            #expect(try reader.dictionary(column) === held)
        }
    }

    @Test func footerComesBack() throws {
        var random = Seeds.announce(5, "footer")
        let segment = try RandomSegment(&random, groups: 3, rows: 50, profile: .compacted)
        var first = ByteArena()
        segment.metadata.encode(to: &first)
        let decoded = try SegmentMetadata(decoding: first.bytes)
        var second = ByteArena()
        decoded.encode(to: &second)
        #expect(first.array() == second.array())
        #expect(decoded.rows == segment.groups.reduce(0) { $0 + $1.rows })
        #expect(decoded.rawBytes == UInt64(decoded.rows * 100))
        #expect(decoded.columns.map(\.path) == RandomSegment.columns.map(\.path))
    }

    /// A column that comes late has no value in the row groups before.
    @Test func columnsAddedLater() throws {
        var output: [UInt8] = []
        let writer = SegmentWriter(schema: "test", profile: .young, compressor: Compressor()) { output += Array($0) }
        writer.addColumn(id: 0, kind: .dictionary, path: "a")
        let codes: [UInt32] = [1, 2, 1]
        let documents = EntryTable([[0x31], [0x32]])
        try codes.withUnsafeBufferPointer { codes in
            let a = ChunkInput(codes: codes, firstNew: 1)
            try writer.appendRowGroup(rows: 3, rawBytes: 9, chunks: [a])
            writer.addColumn(id: 1, kind: .document, path: "b")
            let b = ChunkInput(codes: codes, firstNew: 1, documents: documents.input)
            try writer.appendRowGroup(rows: 3, rawBytes: 9, chunks: [a, b])
        }
        try writer.appendDictionary(documents.input, ofColumn: 0)
        extendLifetime(documents)
        _ = try writer.finish()
        let contents = try SegmentContents(reading: output)
        #expect(contents.codes == [[[1, 2, 1], [0, 0, 0]], [[1, 2, 1], [1, 2, 1]]])
        #expect(contents.documents == [[[]], [[[0x31], [0x32]]]])
    }

    /// Two identities in a row: rows that share the one need not share the other.
    @Test(arguments: [SegmentProfile.young, .compacted]) func twoIdentities(profile: SegmentProfile) throws {
        var output: [UInt8] = []
        let writer = SegmentWriter(schema: "test", profile: profile, compressor: Compressor()) { output += Array($0) }
        writer.addColumn(id: 0, kind: .uuid, path: "a")
        writer.addColumn(id: 1, kind: .uuid, path: "b")
        let codes = [UInt32](repeating: typedCode, count: 100)
        let a = (0..<100).map { UUIDBytes(high: 1, low: UInt64($0 / 2)) }
        let b = (0..<100).map { UUIDBytes(high: 2, low: UInt64($0)) }
        let empty = EntryTable([[]])
        try codes.withUnsafeBufferPointer { codes in
            try a.withUnsafeBufferPointer { a in
                try b.withUnsafeBufferPointer { b in
                    try writer.appendRowGroup(
                        rows: 100, rawBytes: 100,
                        chunks: [a, b].map { ChunkInput(codes: codes, firstNew: 2, uuids: $0.baseAddress) })
                }
            }
        }
        for column in 0..<2 { try writer.appendDictionary(empty.input, ofColumn: column) }
        _ = try writer.finish()
        let contents = try SegmentContents(reading: output)
        #expect(contents.uuids == [[a, b]])
        #expect(contents.isFiltered)
    }

    @Test func otherVersionsAreRefusedAsSuch() throws {
        var random = Seeds.announce(6, "versions")
        var bytes = try RandomSegment(&random, groups: 1, rows: 5, profile: .young).bytes
        bytes[8] = 3
        do {
            _ = try SegmentReader(MemorySource(name: "memory", bytes: bytes))
            Issue.record("a segment of version 3 was opened")
        } catch {
            #expect(error.code == .unsupportedVersion && error.offset == 8 && error.file == "memory")
        }
    }
}
