import SegmentFormat
import Shredding
import TestSupport
import Testing

@testable import AuditStore

/// Events of more paths than a segment has columns, where segments are written anew.
@Suite struct ColumnCapTests {
    /// Events that bring 1,000 paths of their own.
    private func wide(_ prefix: String, day: (Int) -> Int) -> [UInt8] {
        text(
            (0..<100).map { i in
                let keys = (0..<10).map { "\"\(prefix)\(i * 10 + $0)\":\($0)" }.joined(separator: ",")
                return Array(
                    """
                    {"stageTimestamp":"2024-06-\(day(i))T00:00:00.000000Z",\(keys),\
                    "requestObject":{"spec":{"replicas":\(i)}}}
                    """.utf8)
            })
    }

    @Test func compacted() async throws {
        let store = TestStore()
        let input = wide("k", day: { _ in 16 })
        try await store.ingest(("a", input))
        _ = try store.core.compact()
        #expect(areEqual(try store.events(), input))
        #expect(try store.problems().isEmpty)
    }

    @Test func severalSegmentsCompacted() async throws {
        let store = TestStore()
        var input: [UInt8] = []
        for prefix in ["a", "b", "c"] {
            let part = wide(prefix, day: { _ in 16 })
            try await store.ingest((prefix, part))
            input += part
        }
        for _ in 0..<2 {
            _ = try store.core.compact()
            #expect(areEqual(try store.events(), input))
            #expect(try store.problems().isEmpty)
        }
    }

    @Test func dividedByDay() async throws {
        let store = TestStore()
        let input = wide("k", day: { 16 + $0 % 2 })
        try await store.ingest(("a", input))
        #expect(areEqual(try store.events(), input))
        #expect(try store.problems().isEmpty)
    }

    /// A file that no writer makes: as many columns as may be, and none of those that every segment has. It is left as it is.
    @Test func hostileSegment() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", Array("{}\n".utf8)))
        let bytes = try Self.segmentOfColumns(store.core.schema.name)
        var manifest = try store.manifest()
        manifest.segments[0].storedBytes = UInt64(bytes.count)
        files.put(bytes, at: store.directory.location(store.directory.name(of: manifest.segments[0])))
        try store.directory.replaceManifest(manifest)
        let fresh = TestStore(files)
        let failures = try fresh.core.compact().failures
        #expect(failures.map { "\($0.error)".contains("too many columns") } == [true])
        #expect(try fresh.manifest().segments == manifest.segments)
    }

    private static func segmentOfColumns(_ schema: String) throws -> [UInt8] {
        let writer = SegmentWriter(schema: schema, profile: .young, compressor: Compressor(), sink: nil)
        for id in 0..<Limits.columnsPerSegment {
            writer.addColumn(
                id: UInt16(id), kind: .dictionary, path: id == 0 ? StoreColumn.skeleton : "k\(id)")
        }
        try [UInt32(1)].withUnsafeBufferPointer { codes in
            let chunk = ChunkInput(codes: codes, firstNew: 1)
            try writer.appendRowGroup(
                rows: 1, rawBytes: 3, chunks: Array(repeating: chunk, count: Limits.columnsPerSegment))
        }
        for column in 0..<Limits.columnsPerSegment {
            var dictionary = ValueDictionary()
            Array("{}".utf8).withUnsafeBytes { _ = dictionary.code($0.baseAddress!, $0.count) }
            try writer.appendDictionary(dictionary.input, ofColumn: column)
        }
        _ = try writer.finish()
        return writer.withUnflushedBytes { Array($0) }
    }
}
