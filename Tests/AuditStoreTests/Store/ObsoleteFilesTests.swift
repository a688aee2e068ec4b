import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// Files that compaction replaced go when nobody reads them, also where somebody always reads.
@Suite struct ObsoleteFilesTests {
    private static func segments(_ files: MemoryFileSystem) -> Int {
        files.files.keys.count { $0.hasSuffix(FileNames.segmentSuffix) }
    }

    @Test func readersThatOverlap() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        var input: [UInt8] = []
        var snapshots: [(snapshot: Snapshot, input: [UInt8])] = []
        var most = 0
        for i in 0..<24 {
            let part = SmallLogs.events(i * 10..<i * 10 + 10)
            try await store.ingest(("\(i)", part))
            input += part
            // A snapshot of each round outlives the next: there is never a moment without a reader.
            snapshots.append((try store.core.snapshot(), input))
            _ = try store.core.compact()
            if snapshots.count == 3 { snapshots.removeFirst() }
            for (snapshot, input) in snapshots { #expect(try store.events(of: snapshot) == input) }
            most = max(most, Self.segments(files))
        }
        #expect(most <= 12, "replaced files pile up")
        #expect(try store.manifest().obsolete.count < most)
        snapshots = []
        try await store.ingest(("last", SmallLogs.events(200..<201)))
        _ = try store.core.compact()
        #expect(Self.segments(files) == 1)
        #expect(try store.manifest().obsolete.isEmpty)
    }

    /// A manifest of who knows where cannot have files removed that are none of the store's segments.
    @Test(arguments: [
        "../elsewhere/0000000001.segment", "partitions/../../elsewhere/a.segment", "/elsewhere/b/c.segment",
        "partitions/2024-06-16/../../writer.lock", "writer.lock", "manifest", "partitions//a.segment", "",
        "wal/1.segment",
    ]) func foreignNames(name: String) async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<10)))
        var manifest = try store.manifest()
        manifest.obsolete = [name]
        try store.directory.replaceManifest(manifest)
        #expect { try TestStore(files).core.compact() } throws: { ($0 as? AuditStoreError)?.code == .corrupt }
    }

    /// One that reads for long keeps what it reads, and what others read who came after it.
    @Test func aLongReader() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<10)))
        let long = try store.core.snapshot()
        var later: Snapshot?
        for i in 1..<5 {
            try await store.ingest(("\(i)", SmallLogs.events(i * 10..<i * 10 + 10)))
            if i == 2 { later = try store.core.snapshot() }
            _ = try store.core.compact()
            #expect(try store.events(of: long) == SmallLogs.events(0..<10))
            if let later { #expect(try store.events(of: later) == SmallLogs.events(0..<30)) }
        }
        extendLifetime(long)
        extendLifetime(later)
    }
}
