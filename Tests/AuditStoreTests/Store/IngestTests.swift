import AuditStore
import TestSupport
import Testing

@Suite struct IngestTests {
    /// Real events, enough of them for several chunks.
    @Test(arguments: [1, 2]) func everyByteComesBack(threads: Int) async throws {
        let store = TestStore()
        let input = SmallLogs.real(3400)
        let report = try await store.ingest(("audit.log", input), threads: threads)
        #expect(report.events == 3400 && report.bytes == UInt64(input.count) && report.quarantined == 0)
        #expect(try store.manifest().segments.count > 1)
        #expect(areEqual(try store.events(), input))
        #expect(try store.problems().isEmpty)
    }

    @Test func edge() async throws {
        let store = TestStore()
        try await store.ingest(("edge.log", Fixture.edge))
        #expect(areEqual(try store.events(), Fixture.edge))
        #expect(try store.problems().isEmpty)
    }

    @Test func oneFileAfterAnother() async throws {
        let store = TestStore()
        let first = SmallLogs.events(0..<40)
        let second = SmallLogs.events(40..<70)
        try await store.ingest(("a", first), ("b", second))
        try await store.ingest(("c", Fixture.edge))
        #expect(try store.events() == first + second + Fixture.edge)
        let report = try await store.ingest(("a", first), ("c", Fixture.edge), ("b", second))
        #expect(
            report.events == 0 && report.bytesLoadedBefore == UInt64(first.count + second.count + Fixture.edge.count))
    }

    @Test func nothing() async throws {
        let store = TestStore()
        let report = try await store.ingest(("empty", []))
        #expect(report.events == 0 && report.quarantined == 0)
        #expect(try store.events().isEmpty && store.problems().isEmpty)
        try await store.ingest()
        #expect(try store.events().isEmpty)
    }

    @Test func theLastLineNeedsNoLineFeed() async throws {
        let store = TestStore()
        let input = SmallLogs.events(0..<3)
        try await store.ingest(("a", Array(input.dropLast())))
        #expect(try store.events() == input)
    }

    /// Lines that are no events go to the quarantine, with their bytes, place and reason; the rest goes on.
    @Test func quarantine() async throws {
        let store = TestStore()
        let bad: [[UInt8]] = [
            Array("not JSON".utf8), [], [0xff, 0x00, 0x01], Array("{\"a\":1".utf8), Array("[1]".utf8),
            Array("{\"a\":\"\\x\"}".utf8),
            Array("{} {}".utf8), [0x0d],
        ]
        var all: [[UInt8]] = []
        var offsets: [String] = []
        for (i, line) in bad.enumerated() {
            all.append(SmallLogs.event(i))
            offsets.append("\(text(all).count)")
            all.append(line)
        }
        let report = try await store.ingest(("mixed \"log\"", text(all)))
        #expect(report.quarantined == UInt64(bad.count) && report.events == UInt64(bad.count))
        #expect(try store.events() == SmallLogs.events(0..<bad.count))
        let found = try store.quarantined()
        #expect(found.map(\.line) == bad)
        #expect(found.map(\.offset) == offsets)
        #expect(found.allSatisfy { $0.input == "mixed \"log\"" })
        #expect(found[0].reason == "not a JSON object" && found[3].reason == "the line ends within an object")
        #expect(report.complaints.first?.contains("not a JSON object") == true)
        #expect(try store.problems().isEmpty)
        #expect(try store.manifest().quarantinedLines == UInt64(bad.count))
        // A second load of the same bytes has nothing to quarantine either.
        #expect(try await store.ingest(("mixed \"log\"", text(all))).quarantined == 0)
    }

    @Test func nothingButQuarantine() async throws {
        let store = TestStore()
        try await store.ingest(("a", Array("x\ny\n".utf8)))
        #expect(try store.events().isEmpty)
        #expect(try store.quarantined().map(\.line) == [[0x78], [0x79]])
        #expect(try store.problems().isEmpty)
    }

    /// Paths of events must not be taken for columns of the store.
    @Test func keysLikeColumnsOfTheStore() async throws {
        let store = TestStore()
        let input = Array(
            "{\"$sequence\":9,\"$source\":\"x\"}\n{\"$skeleton\":1}\n{\"$quarantined\":1}\n{\"a\":1}\n".utf8)
        try await store.ingest(("a", input))
        #expect(String(decoding: try store.events(), as: UTF8.self) == String(decoding: input, as: UTF8.self))
        _ = try store.core.compact()
        #expect(String(decoding: try store.events(), as: UTF8.self) == String(decoding: input, as: UTF8.self))
    }
}
