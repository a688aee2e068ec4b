import AuditStore
import SegmentFormat
import TestSupport
import Testing

/// Lines longer than an event may be go to the quarantine in pieces; memory stays that of a chunk.
@Suite(.serialized) struct LongLineTests {
    private static let reason = "a line of more than \(Limits.bytesPerEvent) bytes"

    private func long(_ n: Int) -> [UInt8] { [0x22] + [UInt8](repeating: 0x61, count: n - 2) + [0x22] }

    @Test func inPieces() async throws {
        let store = TestStore()
        let line = long(Limits.bytesPerEvent + (8 << 20))
        let input = SmallLogs.events(0..<2) + line + [0x0a] + SmallLogs.events(2..<4)
        let report = try await store.ingest(("a", input))
        #expect(report.events == 4 && report.quarantined == 1)
        #expect(try store.events() == SmallLogs.events(0..<4))
        let found = try store.quarantined()
        #expect(found.count == 1 && found[0].reason == Self.reason)
        #expect(found[0].offset == "\(SmallLogs.events(0..<2).count)")
        #expect(areEqual(found[0].line, line))
        #expect(try store.problems().isEmpty)
        #expect(try store.manifest().quarantine.count >= 2)
        #expect(try await store.ingest(("a", input)).quarantined == 0)
    }

    /// As long as a chunk can be, without a line feed behind: nothing follows that could say that the line is over.
    @Test func asLongAsAChunk() async throws {
        let store = TestStore()
        let line = long(Limits.bytesPerEvent)
        let report = try await store.ingest(("a", line))
        #expect(report.quarantined == 1)
        #expect(try store.quarantined().map(\.line.count) == [line.count])
        #expect(try await store.ingest(("a", line)).quarantined == 0)
    }

    /// A line that may still go on is left for the next load, whatever is loaded after it.
    @Test func unfinishedBeforeAnotherInput() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let line = long(Limits.bytesPerEvent + (8 << 20))
        let sources = [(name: "a", bytes: line), (name: "b", bytes: SmallLogs.events(0..<3))].map { name, bytes in
            IngestSource(name: name, isRepeatable: true) { MemoryInput(name, bytes, canGrow: true) }
        }
        let report = try await store.core.ingest(sources, options: IngestOptions())
        #expect(report.events == 3 && report.quarantined == 0 && report.unfinished == UInt64(line.count))
        #expect(try store.manifest().quarantine.isEmpty)
        #expect(!files.files.keys.contains { $0.contains("/\(FileNames.quarantine)/") })
        #expect(try await store.ingest(("a", line + [0x0a])).quarantined == 1)
        let found = try store.quarantined()
        #expect(found.count == 1 && areEqual(found[0].line, line))
        #expect(try store.problems().isEmpty)
    }

    /// What is read behind a line longer than a chunk begins with another one, whose end is not read yet.
    @Test func oneBehindAnother() async throws {
        let store = TestStore()
        let lines = [3 << 20, 30 << 20, 100].map { Array("{\"x\":".utf8) + long($0) + Array("}\n".utf8) }
        let input = Array(lines.joined()) + SmallLogs.events(0..<3)
        var options = IngestOptions()
        options.threads = 1
        options.chunkBytes = 2 << 20
        let source = IngestSource(name: "a", isRepeatable: true) { MemoryInput("a", input, canGrow: true) }
        let report = try await store.core.ingest([source], options: options)
        #expect(report.events == 6 && report.quarantined == 0 && report.unfinished == 0)
        #expect(areEqual(try store.events(), input))
    }

    /// A long line makes a chunk large, and not the number of its lines: a segment holds only so many rows.
    @Test func shortLinesBehindALongOne() async throws {
        let store = TestStore()
        let longest = Array("{\"x\":".utf8) + long(1500) + Array("}\n".utf8)
        let short = [UInt8](repeating: 0, count: 900).flatMap { _ in Array("{}\n".utf8) }
        let input = short + longest + short + longest
        var options = IngestOptions()
        options.chunkBytes = 1000
        let source = IngestSource(name: "a", isRepeatable: true) { MemoryInput("a", input, canGrow: false) }
        #expect(try await store.core.ingest([source], options: options).events == 1802)
        #expect(try store.events() == input)
        let segments = try store.manifest().segments
        #expect(segments.allSatisfy { $0.rows == 1 || $0.rawBytes <= 1000 })
    }

    /// An event of several megabytes is one like any other.
    @Test func longEvents() async throws {
        let store = TestStore()
        let body = String(repeating: "0123456789abcdef", count: (5 << 20) / 16)
        let input =
            SmallLogs.events(0..<2) + Array("{\"requestObject\":{\"x\":\"\(body)\"}}\n".utf8) + SmallLogs.events(2..<4)
        try await store.ingest(("a", input))
        #expect(areEqual(try store.events(), input))
        _ = try store.core.compact()
        #expect(areEqual(try store.events(), input))
    }
}
