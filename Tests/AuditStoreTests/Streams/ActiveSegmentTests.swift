import AuditStore
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Events that are in no segment file yet, as queries see them.
@Suite struct ActiveSegmentTests {
    /// After each append of real events: what a query of all events gives, and as few segments as a logarithm allows.
    @Test func everySnapshotIsWhatWasAppended() async throws {
        let store = TestStore()
        var options = WriterOptions.still
        options.chunkBytes = 400_000
        options.sealBytes = 1 << 20
        options.sealsBeside = false
        let writer = try await store.core.writer(options)
        let events = lines(Fixture.sample).prefix(900).filter { !$0.isEmpty }.map { Array($0) }
        var random = SeededRandom(seed: 3)
        var next = 0
        var most = 0
        while next < events.count {
            let count = min(events.count - next, 1 + random.below(20))
            try await writer.append(Array(events[next..<next + count]))
            next += count
            guard random.oneIn(3) || next == events.count else { continue }
            let snapshot = try store.core.snapshot()
            let found = try store.events(of: snapshot)
            #expect(areEqual(found, text(events[..<next])), "\(next) events")
            most = max(most, snapshot.segments.count { $0.id >= 1 << 62 })
        }
        #expect(most > 1 && most < 25, "\(most) segments in memory at most")
        try await writer.close()
        #expect(areEqual(try store.sealedEvents(), text(events)))
    }

    /// Snapshots keep what they saw, while appends, seals and compactions go on.
    @Test func snapshotsStayAsTheyAre() async throws {
        let store = TestStore()
        let writer = try await store.core.writer(.still)
        var snapshots: [(Snapshot, Int)] = []
        for i in 0..<40 {
            try await writer.append(streamed(i))
            if i % 3 == 0 { snapshots.append((try store.core.snapshot(), i + 1)) }
            if i % 10 == 9 { try await writer.seal() }
            if i % 20 == 19 { _ = try store.core.compact() }
        }
        for (snapshot, count) in snapshots {
            #expect(try store.events(of: snapshot) == text((0..<count).map { streamed($0) }))
        }
        try await writer.close()
    }

    /// A snapshot that was begun before an append, and gets its segments after one that was begun later, sees nothing of it.
    @Test func olderSnapshotSeesNoMore() throws {
        let segments = MemorySegments(schema: .test)
        let chunk = Chunk(capacity: 10_000)
        let events = (0..<10).map { streamed($0) + [0x0a] }
        for event in events {
            event.withUnsafeBytes { (chunk.base + chunk.count).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            chunk.count += event.count
        }
        func rows(_ n: Int) throws -> UInt64 {
            let count = events[..<n].reduce(0) { $0 + $1.count }
            return try segments.views(
                of: [(chunk: chunk, count: count, marks: LineMarks())], firstSequence: 0
            ).reduce(0) { $0 + $1.description.rows }
        }
        for n in [5, 10, 7, 3, 0, 10] { #expect(try rows(n) == UInt64(n)) }
    }

    /// Readers while many tasks append and segments are sealed beside: each answer is what some moment had.
    @Test func readersBesideAStream() async throws {
        let store = TestStore()
        var options = WriterOptions.still
        options.sealBytes = 8000
        options.chunkBytes = 3000
        let writer = try await store.core.writer(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for i in 0..<300 { try await writer.append(streamed(i)) } }
            for _ in 0..<2 {
                group.addTask {
                    var last = 0
                    while last < 300 {
                        let found = lines(try store.events()).filter { !$0.isEmpty }
                        #expect(found.count >= last)
                        last = found.count
                        #expect(found.enumerated().allSatisfy { $0.element.elementsEqual(streamed($0.offset)) })
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        try await writer.close()
        #expect(try store.problems().isEmpty)
    }

    /// The typed store: questions find what was just appended.
    @Test func questionsFindIt() async throws {
        let core = StoreCore(
            directory: StoreDirectory(path: "/store", files: MemoryFileSystem()),
            schema: KubernetesAudit.description.shredding)
        func counts(_ condition: String?) async throws -> [[TextValue]] {
            try await TextQuery(where: condition, by: ["user.username"]).run(
                on: core.snapshot(), schema: KubernetesAudit.description, now: 0, options: QueryOptions()
            ).rows
        }
        var options = WriterOptions.still
        options.origin.source = "webhook"
        options.origin.cluster = "c1"
        let writer = try await core.writer(options)
        try await writer.append((0..<5).map { streamed($0 * 7) })
        #expect(try await counts(nil) == [[.string("user-0"), .int(5)]])
        try await writer.append(streamed(1))
        #expect(try await counts("cluster == \"c1\" && source == \"webhook\"").count == 2)
        #expect(try await counts("user.username == \"user-1\"") == [[.string("user-1"), .int(1)]])
        #expect(try await counts("requestURI == \"/api/35\"").isEmpty)
        try await writer.close()
        #expect(try await counts("cluster == \"c1\" && source == \"webhook\"").count == 2)
    }
}
