import AuditStore
import LogSources
import TestSupport
import Testing

/// The compressed copy of a log, read by the real decompressor.
@Suite struct CompressedCopyTests {
    private final class File: IngestInput {
        let name: String
        private let stream: any DecompressingStream

        init(_ path: String) throws {
            name = path
            stream = try openStream(path: path)
        }

        var canGrow: Bool { stream.format == .plain }
        var consumed: UInt64 { stream.compressedOffset }
        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try stream.read(into: buffer) }
    }

    @Test func loadedOnce() async throws {
        let store = TestStore()
        let path = Fixture.path("edge.ndjson.zst")
        let half = text(lines(Fixture.edge).prefix(800))
        try await store.ingest(("edge.ndjson", half), canGrow: true)
        for expected in [UInt64(884), 0] {
            let source = IngestSource(name: path, isRepeatable: true) { try File(path) }
            let report = try await store.core.ingest([source], options: IngestOptions())
            #expect(report.events == expected && report.failures.isEmpty)
        }
        #expect(areEqual(try store.events(), Fixture.edge))
        #expect(try await store.ingest(("edge.ndjson", Fixture.edge), canGrow: true).events == 0)
    }
}
