import AuditStore
import TestSupport
import Testing

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
}
