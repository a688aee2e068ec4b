import AuditStore
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Streams whose appends come from several clusters.
@Suite struct OriginTests {
    private static let origins = [
        EventOrigin(), EventOrigin(source: "webhook", cluster: "c1"), EventOrigin(source: "webhook", cluster: "c2"),
        EventOrigin(cluster: "ü \"quoted\""),
    ]

    /// What the store should answer: events by cluster.
    private static func byCluster(_ core: StoreCore) async throws -> [String?: Int64] {
        let rows = try await TextQuery(by: ["cluster"]).run(
            on: core.snapshot(), schema: KubernetesAudit.description, now: 0
        ).rows
        var result: [String?: Int64] = [:]
        for row in rows {
            guard case .int(let count) = row[1] else { continue }
            if case .string(let name) = row[0] { result[name] = count } else { result[nil] = count }
        }
        return result
    }

    /// Alternating origins, flagged events and lines that are none, in chunks of all sizes; before and after the seal, by retention
    /// classes, and found again by the next writer.
    @Test(arguments: [2000, 60_000], [false, true])
    func eachAppendKeepsItsOwn(chunkBytes: Int, hasClasses: Bool) async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files, schema: KubernetesAudit.description)
        var random = SeededRandom(seed: 7)
        var options = WriterOptions.still
        options.chunkBytes = chunkBytes
        options.origin = Self.origins[3]
        let writer = try await store.core.writer(options)
        if hasClasses {
            _ = try store.core.setPolicy(
                """
                apiVersion: audit.k8s.io/v1
                kind: Policy
                rules: [{users: [user-1, user-4], months: 1}, {users: [user-2], months: 2}]
                """, by: nil, dryRun: false)
        }
        var expected: [String?: Int64] = [:]
        var text: [UInt8] = []
        var refused = 0
        for i in 0..<300 {
            let origin = Self.origins[Int.random(in: 0..<4, using: &random)]
            var events = (0..<Int.random(in: 1...4, using: &random)).map { streamed(i * 10 + $0) }
            // The identity of another event of this append.
            if i % 5 == 0 {
                events.append(Array(String(decoding: events[0], as: UTF8.self).dropLast().utf8) + [0x20, 0x7d])
            }
            expected[origin.cluster, default: 0] += Int64(events.count)
            text += events.flatMap { $0 + [0x0a] }
            if i % 7 == 0 {
                events.insert(Array("no event \(i)".utf8), at: 1)
                refused += 1
            }
            #expect(
                try await writer.append(events, from: i % 2 == 0 || origin != options.origin ? origin : nil).duplicates
                    == 0)
            if i == 150 {
                #expect(try await Self.byCluster(store.core) == expected)
                try await writer.seal()
                #expect(try await Self.byCluster(store.core) == expected)
            }
        }
        #expect(try await Self.byCluster(store.core) == expected)
        #expect(try store.events() == text)
        // What is not sealed is in the WAL.
        let next = TestStore(files.afterKill(), schema: KubernetesAudit.description)
        #expect(try await Self.byCluster(next.core) == expected)
        try await next.core.writer(.still).close()
        #expect(try await Self.byCluster(next.core) == expected)
        #expect(try next.events() == text)
        #expect(try next.quarantined().count == refused)
        let flagged = try await TextQuery(where: "\"identityReused\" in flags").run(
            on: next.core.snapshot(), schema: KubernetesAudit.description, now: 0)
        #expect(flagged.rows == [[.int(60)]])
        #expect(try next.problems().isEmpty)
    }

    /// What waits together is committed together, and each task gets the receipt of its own append.
    @Test func manyOriginsInOneCommit() async throws {
        let store = TestStore(MemoryFileSystem(), schema: KubernetesAudit.description)
        let writer = try await store.core.writer(.still)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for i in 0..<200 {
                group.addTask {
                    let events = (0...(i % 3)).map { streamed(i * 10 + $0) }
                    let origin = EventOrigin(cluster: "c\(i % 5)")
                    let receipt = try await writer.append(events, from: origin)
                    #expect(receipt == AppendReceipt(events: events.count, duplicates: 0))
                    let again = try await writer.append(events, from: origin)
                    #expect(again == AppendReceipt(events: 0, duplicates: events.count))
                }
            }
            try await group.waitForAll()
        }
        try await writer.close()
        var expected: [String?: Int64] = [:]
        for i in 0..<200 { expected["c\(i % 5)", default: 0] += Int64(i % 3 + 1) }
        #expect(try await Self.byCluster(store.core) == expected)
    }

    /// Equal bytes of two clusters are two events, also for the next writer; of one cluster they are one.
    @Test func duplicatesAreOfOneOrigin() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files, schema: KubernetesAudit.description)
        let writer = try await store.core.writer(.still)
        for origin in Self.origins {
            #expect(try await writer.append(streamed(1), from: origin) == AppendReceipt(events: 1, duplicates: 0))
            #expect(try await writer.append(streamed(1), from: origin) == AppendReceipt(events: 0, duplicates: 1))
        }
        let next = TestStore(files.afterKill(), schema: KubernetesAudit.description)
        let second = try await next.core.writer(.still)
        for origin in Self.origins {
            #expect(try await second.append(streamed(1), from: origin) == AppendReceipt(events: 0, duplicates: 1))
        }
        // None of them has the identity of another one.
        let flagged = try await TextQuery(where: "has(flags)").run(
            on: next.core.snapshot(), schema: KubernetesAudit.description, now: 0)
        #expect(flagged.rows.isEmpty || flagged.rows == [[.int(0)]])
        let longName = EventOrigin(cluster: String(repeating: "x", count: 70_000))
        await #expect {
            try await second.append(streamed(1), from: longName)
        } throws: {
            ($0 as? AuditStoreError)?.code == .invalidArgument
        }
        try await second.close()
    }
}
