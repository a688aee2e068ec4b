import AuditStore
import KubernetesAudit
import SegmentFormat
import Shredding
import TestSupport
import Testing

@testable import AuditStore

/// Deletion by a condition: tombstones at once, bytes with the next compaction.
@Suite struct DeletionTests {
    private func delete(_ store: TestStore, _ condition: String, dryRun: Bool = false) async throws -> DeletionReport {
        try await store.core.delete(
            where: condition, since: nil, until: nil, reason: "asked for", by: "anna", dryRun: dryRun)
    }

    /// Real events of the sample, whose bytes are looked for in the files.
    @Test(arguments: [false, true]) func bytesAreGoneAfterCompaction(isCompacted: Bool) async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files, schema: KubernetesAudit.description)
        let log = SmallLogs.real(3000)
        try await store.ingest(("log", log))
        if isCompacted { _ = try store.core.compact() }
        let user = "alice.ng@example.com"
        func isIn(_ line: ArraySlice<UInt8>) -> Bool { String(decoding: line, as: UTF8.self).contains("\"\(user)\"") }
        let (gone, kept) = (lines(log).filter(isIn), lines(log).filter { !isIn($0) })
        try #require(gone.count > 20 && kept.count > 20)

        let preview = try await delete(store, "_raw.contains('\"\(user)\"')", dryRun: true)
        #expect(preview.events == UInt64(gone.count))
        #expect(try ExpiryTests.lines(store) == log)
        let report = try await delete(store, "_raw.contains('\"\(user)\"')")
        #expect(report == preview && report.rawBytes == UInt64(text(gone).count))
        #expect(try ExpiryTests.lines(store) == text(kept))
        #expect(try store.core.statistics().events == UInt64(kept.count))
        #expect(try store.core.statistics().deleted == UInt64(gone.count))
        #expect(try store.core.statistics().rawBytes == UInt64(text(kept).count))
        #expect(try store.core.verify().events == UInt64(kept.count))
        #expect(try store.problems().isEmpty)
        #expect(try await delete(store, "_raw.contains('\"\(user)\"')").events == 0)
        #expect(try store.manifest().segments.contains { $0.tombstones != nil })

        _ = try store.core.compact()
        #expect(try ExpiryTests.lines(store) == text(kept))
        let manifest = try store.manifest()
        #expect(manifest.segments.allSatisfy { $0.tombstones == nil && $0.isCompacted } && manifest.obsolete.isEmpty)
        #expect(!files.files.keys.contains { $0.hasSuffix(".tombstones") })
        #expect(manifest.retention.records.map(\.kind) == [.deleted, .erased])
        #expect(
            manifest.retention.records[0].reason == "asked for"
                && manifest.retention.records[1].events == UInt64(gone.count))
        // No dictionary, no body, no skeleton of a segment has the value.
        let snapshot = try store.core.snapshot()
        for description in snapshot.segments {
            let reader = try snapshot.reader(description)
            for (index, column) in reader.metadata.columns.enumerated() {
                var pages = column.dictionary.pages
                for group in reader.metadata.rowGroups { pages += group.chunks[index].documents?.pages ?? [] }
                for page in pages {
                    let dictionary = try reader.dictionaryPage(page)
                    for entry in 0..<dictionary.count {
                        #expect(!String(decoding: dictionary[entry], as: UTF8.self).contains("\"\(user)\""))
                    }
                }
            }
        }
        #expect(try store.problems().isEmpty)
    }

    /// Orders, first-seen values and groups are those of a store that never had the deleted events.
    @Test func investigations() async throws {
        let log = SmallLogs.real(2000)
        let store = TestStore(MemoryFileSystem(), schema: KubernetesAudit.description)
        try await store.ingest(("log", log))
        #expect(try await delete(store, "verb == 'get' || user.username == 'system:kube-scheduler'").events > 100)
        let other = TestStore(MemoryFileSystem(), schema: KubernetesAudit.description)
        try await other.ingest(("kept", try ExpiryTests.lines(store)))
        let (left, right) = (try Self.events(store), try Self.events(other))
        for order in EventOrder.allCases {
            #expect(try await left.events(order: order, limit: 300) == right.events(order: order, limit: 300))
        }
        let middle = try #require(Instant("2026-11-23T02:51:45Z"))
        let seen = try await left.firstSeen(since: middle) { ($0.user.name, $0.verb) }
        let expected = try await right.firstSeen(since: middle) { ($0.user.name, $0.verb) }
        #expect(seen.map { "\($0.key)" } == expected.map { "\($0.key)" } && !seen.isEmpty)
        let query = TextQuery(
            by: ["verb", "user.username"], aggregates: ["count", "max(latency)", "last(requestURI)"])
        let answers = try await [store, other].asyncMap {
            try await query.run(on: try $0.core.snapshot(), schema: KubernetesAudit.description, now: 0).rows
        }
        #expect(answers[0] == answers[1] && !answers[0].isEmpty)
    }

    private static func events(_ store: TestStore) throws -> EventQuery<KubernetesAudit> {
        EventQuery(try store.core.snapshot())
    }

    @Test func allOfASegment() async throws {
        let store = TestStore()
        let days = (0..<2).map { SmallLogs.events($0 * 20..<$0 * 20 + 20, day: 16 + $0) }
        for (index, log) in days.enumerated() { try await store.ingest(("\(index)", log)) }
        let report = try await store.core.delete(
            where: nil, since: "2024-06-16", until: "2024-06-17", reason: nil, by: nil, dryRun: false)
        #expect(report.events == 20 && report.segments == 1)
        #expect(try ExpiryTests.lines(store) == days[1])
        _ = try store.core.compact()
        #expect(try store.manifest().segments.count == 1)
        #expect(try ExpiryTests.lines(store) == days[1])
        #expect(try store.problems().isEmpty)
    }

    /// What a stream has acknowledged is deleted, too, whether its writer lives, is gone or was killed.
    @Test(arguments: [0, 1, 2]) func streamedEvents(fate: Int) async throws {
        var files = MemoryFileSystem()
        var store = TestStore(files)
        var writer: StreamWriter? = try await store.core.writer(.still)
        for i in 0..<30 { try await writer?.append(streamed(i)) }
        if fate == 1 { try await writer?.close() }
        if fate == 2 {
            files = files.afterKill()
            store = TestStore(files)
        }
        if fate > 0 { writer = nil }
        #expect(try await delete(store, "user.username == 'user-3'", dryRun: true).events == 4)
        #expect(try await delete(store, "user.username == 'user-3'").events == 4)
        let kept = text((0..<30).filter { $0 % 7 != 3 }.map { streamed($0) })
        #expect(try ExpiryTests.lines(store) == kept)
        guard let writer else { return }
        try await writer.append(streamed(31))
        #expect(try ExpiryTests.lines(store) == kept + text([streamed(31)]))
        try await writer.close()
    }

    /// Deleting again adds to what is deleted; only one file of tombstones is left.
    @Test func again() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let log = SmallLogs.events(0..<60)
        try await store.ingest(("a", log))
        #expect(try await delete(store, "user.username == 'user-0'").events == 20)
        #expect(try await delete(store, "user.username != 'user-1'").events == 20)
        #expect(files.files.keys.filter { $0.hasSuffix(".tombstones") }.count == 1)
        let kept = text((0..<60).filter { $0 % 3 == 1 }.map { SmallLogs.event($0) })
        #expect(try ExpiryTests.lines(store) == kept)
        _ = try store.core.compact()
        try await store.ingest(("b", SmallLogs.events(60..<70)))
        #expect(try ExpiryTests.lines(store) == kept + SmallLogs.events(60..<70))
    }

    /// A file of tombstones that is damaged or gone is an error, not a segment whose deleted events are back.
    @Test func damagedTombstones() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<60)))
        _ = try await delete(store, "user.username == 'user-0'")
        let path = try #require(files.files.keys.first { $0.hasSuffix(".tombstones") })
        let bytes = try #require(files.file(path))
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            files.put(damaged, at: path)
            let fresh = TestStore(files)
            #expect { try ExpiryTests.lines(fresh) } throws: { ($0 as? AuditStoreError)?.location?.file == path }
            #expect(try fresh.problems().map { $0.location?.file } == [path])
        }
        try files.remove(path)
        #expect(throws: AuditStoreError.self) { try ExpiryTests.lines(TestStore(files)) }
        files.put(bytes, at: path)
        #expect(try TestStore(files).problems().isEmpty)
    }

    @Test func whatMakesNoSense() async throws {
        let store = TestStore()
        await #expect { try await delete(store, "true") } throws: { ($0 as? AuditStoreError)?.code == .notAStore }
        try await store.ingest(("a", SmallLogs.events(0..<5)))
        await #expect(throws: ExpressionError.self) { try await delete(store, "user.username ==") }
        await #expect { try await delete(store, String(repeating: "!", count: 5000) + "true") } throws: {
            ($0 as? AuditStoreError)?.code == .limit
        }
        #expect(try ExpiryTests.lines(store) == SmallLogs.events(0..<5))
    }
}

extension Array {
    fileprivate func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var results: [R] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
