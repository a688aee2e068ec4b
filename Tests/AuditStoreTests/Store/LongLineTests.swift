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
