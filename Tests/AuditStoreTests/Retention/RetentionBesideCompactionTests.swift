import AuditStore
import Shredding
import TestSupport
import Testing

@testable import AuditStore

/// Deletion and expiry while what compacts beside a stream replaces the segments they are about.
@Suite struct RetentionBesideCompactionTests {
    /// Two segments of a day, and a stream's right to write.
    private static func store(_ files: MemoryFileSystem) async throws -> (TestStore, WriterLease) {
        let store = TestStore(files)
        for i in 0..<2 { try await store.ingest(("\(i)", SmallLogs.events(i * 30..<i * 30 + 30))) }
        return (store, try WriterLease(store.core))
    }

    /// Merges all of a day and removes what was replaced, as `BackgroundCompaction` does.
    private static func merge(_ store: TestStore, _ lease: WriterLease) {
        #expect(throws: Never.self) {
            guard let work = CompactionPolicy.everything(lease.writer.manifest.segments).first else { return }
            _ = try SegmentMerge(
                directory: store.directory, schema: store.core.schema, writer: lease.writer,
                ids: ClaimedIDs(lease.writer), checks: false, throttle: CompactionThrottle()
            ).run(work) { _ in }
            try store.directory.removeObsolete(lease.writer)
        }
    }

    private static func files(_ store: TestStore, _ files: MemoryFileSystem) throws {
        let manifest = try store.manifest()
        #expect(try store.problems().isEmpty)
        let known = manifest.segments.flatMap { store.directory.names(of: $0) } + manifest.obsolete
        let found = files.files.keys.filter { $0.hasSuffix(".segment") || $0.hasSuffix(".tombstones") }
        #expect(Set(found).isSubset(of: Set(known.map { store.directory.location($0) })))
    }

    /// When the first segment is opened (its files may go), and when the tombstones of the first are written.
    @Test(arguments: [("open", ".segment"), ("create", ".tombstones"), ("sync the directory", "2024-06-16")])
    func deletedEventsStayDeleted(moment: (call: String, suffix: String)) async throws {
        let files = MemoryFileSystem()
        let (store, lease) = try await Self.store(files)
        files.once(moment.call, suffix: moment.suffix) { Self.merge(store, lease) }
        let report = try await store.core.delete(
            where: "user.username == 'user-0'", since: nil, until: nil, reason: nil, by: nil, dryRun: false)
        #expect(report.events == 20)
        let kept = text((0..<60).filter { $0 % 3 != 0 }.map { SmallLogs.event($0) })
        #expect(try ExpiryTests.lines(store) == kept)
        let manifest = try store.manifest()
        #expect(manifest.segments.count == 1)
        #expect(manifest.retention.records.filter { $0.kind == .deleted }.map(\.events) == [20])
        try Self.files(store, files)
        lease.end()
    }

    @Test(arguments: [("open", ".segment"), ("create", ".segment")])
    func heldEventsStayOnce(moment: (call: String, suffix: String)) async throws {
        let files = ExpiryTests.files(at: "2025-07-17")
        let (store, lease) = try await Self.store(files)
        try store.core.addHold("case", where: "user.username == 'user-0'", since: nil, until: nil, reason: nil, by: nil)
        files.once(moment.call, suffix: moment.suffix) { Self.merge(store, lease) }
        let report = try store.core.retain(dryRun: false, force: true, by: nil)
        #expect(report.events == 40)
        let held = text((0..<60).filter { $0 % 3 == 0 }.map { SmallLogs.event($0) })
        #expect(try ExpiryTests.lines(store) == held)
        try Self.files(store, files)
        lease.end()
    }

    /// Nothing is read of what goes as a whole, so nobody is in between but at the commit.
    @Test func allOfADay() async throws {
        let files = ExpiryTests.files(at: "2025-07-17")
        let (store, lease) = try await Self.store(files)
        files.once("lock", suffix: "reader.lock") { Self.merge(store, lease) }
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).events == 60)
        #expect(try ExpiryTests.lines(store).isEmpty)
        try Self.files(store, files)
        lease.end()
    }
}
