import AuditStore
import Shredding
import TestSupport
import Testing

/// Readers, one writer, and what happens between them.
@Suite struct ReaderTests {
    @Test func aSecondWriterIsRefused() async throws {
        let store = TestStore()
        let lock = try store.directory.lockForWriting(schema: store.core.schema.name)
        await #expect {
            try await store.ingest(("a", SmallLogs.events(0..<1)))
        } throws: {
            ($0 as? AuditStoreError)?.code == .locked
        }
        #expect { try store.core.compact() } throws: { ($0 as? AuditStoreError)?.code == .locked }
        #expect(try store.events().isEmpty)
        lock.unlock()
        try await store.ingest(("a", SmallLogs.events(0..<1)))
        #expect(try store.events() == SmallLogs.events(0..<1))
    }

    /// A snapshot answers from its own segments, which are removed once nobody reads them.
    @Test func anOldSnapshotOutlivesCompaction() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<20)))
        try await store.ingest(("b", SmallLogs.events(20..<40)))
        do {
            let snapshot = try store.directory.snapshot().1
            _ = try store.core.compact()
            try await store.ingest(("c", SmallLogs.events(40..<50)))
            _ = try store.core.compact()
            #expect(try store.events(of: snapshot) == SmallLogs.events(0..<40))
            #expect(try store.events() == SmallLogs.events(0..<50))
            #expect(try !store.manifest().obsolete.isEmpty)
            extendLifetime(snapshot)
        }
        _ = try store.core.compact()
        #expect(try store.manifest().obsolete.isEmpty)
        #expect(files.files.keys.filter { $0.hasSuffix(".segment") }.count == 1)
        #expect(try store.events() == SmallLogs.events(0..<50))
    }

    /// Compaction comes between two segments of a verification.
    @Test func verificationIsAReader() async throws {
        let store = TestStore()
        try await store.ingest(("a", SmallLogs.events(0..<5) + SmallLogs.events(5..<10, day: 17)))
        let report = try store.core.verify { _ in _ = try? store.core.compact() }
        #expect(report.problems.isEmpty && report.events == 10)
        #expect(try store.manifest().segments.allSatisfy(\.isCompacted))
        #expect(try store.problems().isEmpty)
    }

    @Test func whatAKilledWriterLeftIsRemoved() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<5) + Array("x\n".utf8)))
        let before = files.files.keys.filter { $0.hasSuffix(".segment") }
        let strays = [
            "partitions/2024-06-16/0000000099.segment", "quarantine/0000000098.segment",
            "partitions/undated/0000000097.segment",
        ]
        try files.createDirectory(store.directory.location("partitions/undated"))
        for stray in strays { files.put([1, 2, 3], at: store.directory.location(stray)) }
        files.put([1, 2], at: store.directory.location("manifest.next"))
        files.put([1, 2], at: store.directory.location("partitions/2024-06-16/notes.txt"))
        #expect(try store.events() == SmallLogs.events(0..<5))
        try await store.ingest(("b", SmallLogs.events(5..<6)))
        let after = files.files.keys.filter { $0.hasSuffix(".segment") }
        #expect(Set(before).isSubset(of: after) && after.count == before.count + 1)
        #expect(files.file(store.directory.location("partitions/2024-06-16/notes.txt")) == [1, 2])
        #expect(try store.events() == SmallLogs.events(0..<6))
    }

    @Test func otherDirectoriesAreLeftAlone() async throws {
        let files = MemoryFileSystem()
        try files.createDirectory("/store")
        files.put([1], at: "/store/precious.txt")
        await #expect {
            try await TestStore(files).ingest(("a", SmallLogs.events(0..<1)))
        } throws: {
            ($0 as? AuditStoreError)?.code == .notAStore
        }
        #expect(files.file("/store/precious.txt") == [1])
        #expect { try TestStore(files).events() } throws: { ($0 as? AuditStoreError)?.code == .notAStore }
    }

    @Test func anotherSchema() async throws {
        let store = TestStore()
        try await store.ingest(("a", SmallLogs.events(0..<1)))
        #expect { _ = try store.directory.lockForWriting(schema: "other") } throws: {
            ($0 as? AuditStoreError)?.code == .invalidArgument
        }
        // The refused writer holds no lock.
        try await store.ingest(("b", SmallLogs.events(1..<2)))
    }
}
