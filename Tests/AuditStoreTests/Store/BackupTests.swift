import AuditStore
import Synchronization
import TestSupport
import Testing

@testable import AuditStore

/// A backup is a store that holds what the other held, and there is none if making it did not end.
@Suite struct BackupTests {
    private static let target = "/elsewhere/backup"

    private static func store(_ files: MemoryFileSystem) async throws -> (TestStore, [UInt8]) {
        let store = TestStore(files)
        let first = SmallLogs.events(0..<20) + SmallLogs.events(20..<40, day: 17)
        try await store.ingest(("a", first))
        _ = try store.core.compact()
        let second = SmallLogs.events(40..<50, day: 17) + Array("no event\n".utf8)
        try await store.ingest(("b", second))
        return (store, first + SmallLogs.events(40..<50, day: 17))
    }

    @Test(arguments: [true, false]) func everyByte(copies: Bool) async throws {
        let files = MemoryFileSystem()
        let (store, input) = try await Self.store(files)
        var options = BackupOptions()
        options.copies = copies
        let report = try store.core.backup(to: Self.target, options: options)
        let backup = TestStore(files, path: Self.target)
        #expect(try backup.events() == input)
        #expect(try backup.problems().isEmpty)
        #expect(try backup.quarantined().map(\.line) == store.quarantined().map(\.line))
        #expect(report.events == 50 && report.segments == 3)
        #expect(copies ? report.bytesLinked == 0 : report.bytesCopied == 0)
        #expect(report.bytesLinked + report.bytesCopied > 0)
        // It goes its own way, and is still there when the other is gone.
        try await backup.ingest(("c", SmallLogs.events(50..<60)))
        _ = try backup.core.compact()
        #expect(try backup.events() == input + SmallLogs.events(50..<60))
        #expect(try store.events() == input)
        for path in files.files.keys where path.hasPrefix(TestStore.path + "/") { try files.remove(path) }
        #expect(try backup.events() == input + SmallLogs.events(50..<60))
        #expect(try backup.problems().isEmpty)
    }

    /// What was loaded before is known in the backup, too.
    @Test func checkpoints() async throws {
        let files = MemoryFileSystem()
        let (store, _) = try await Self.store(files)
        _ = try store.core.backup(to: Self.target, options: BackupOptions())
        let backup = TestStore(files, path: Self.target)
        let again = SmallLogs.events(0..<20) + SmallLogs.events(20..<40, day: 17)
        #expect(try await backup.ingest(("a", again)).events == 0)
    }

    /// Events that are acknowledged and not sealed, of a writer of this process, of another, and of one that died.
    @Test(arguments: ["own", "another", "dead"]) func unsealed(whose: String) async throws {
        var files = MemoryFileSystem()
        var (store, input) = try await Self.store(files)
        var writer: StreamWriter? = try await store.core.writer(.still)
        for i in 60..<70 { try await writer!.append(streamed(i)) }
        input += text((60..<70).map { streamed($0) })
        if whose == "dead" {
            writer = nil
            files = files.afterKill()
        }
        if whose != "own" { store = TestStore(files) }
        let report = try store.core.backup(to: Self.target, options: BackupOptions())
        #expect(report.walBytes > 0)
        let backup = TestStore(files, path: Self.target)
        #expect(try backup.events() == input)
        #expect(try backup.problems().isEmpty)
        #expect(try backup.core.statistics().unsealedEvents == 10)
        let next = try await backup.core.writer(.still)
        #expect(next.recovery.events == 10 && next.recovery.damage.isEmpty && next.recovery.missingEvents == 0)
        // A sender that did not hear of it sends again.
        #expect(try await next.append(streamed(69)).duplicates == 1)
        try await next.append(streamed(70))
        try await next.close()
        #expect(try backup.events() == input + text([streamed(70)]))
        if whose != "dead" {
            try await writer!.append(streamed(71))
            #expect(try backup.events() == input + text([streamed(70)]))
            try await writer!.close()
        }
    }

    @Test func earlierBackup() async throws {
        let files = MemoryFileSystem()
        let (store, input) = try await Self.store(files)
        files.state.withLock { $0.canLink = false }
        let whole = try store.core.backup(to: Self.target, options: BackupOptions())
        #expect(whole.bytesLinked == 0)
        try await store.ingest(("c", SmallLogs.events(50..<60)))
        files.state.withLock { $0.canLink = true }
        var options = BackupOptions()
        options.copies = true
        options.earlier = Self.target
        let next = try store.core.backup(to: "/elsewhere/next", options: options)
        #expect(next.bytesLinked == whole.bytesCopied && next.bytesCopied > 0)
        #expect(try TestStore(files, path: "/elsewhere/next").events() == input + SmallLogs.events(50..<60))
        // An earlier backup that went its own way has segments of the same numbers.
        let other = TestStore(files, path: Self.target)
        try await other.ingest(("x", SmallLogs.events(80..<90)))
        let third = try store.core.backup(to: "/elsewhere/third", options: options)
        #expect(third.bytesLinked == next.bytesLinked)
        #expect(try TestStore(files, path: "/elsewhere/third").events() == input + SmallLogs.events(50..<60))
        options.earlier = "/nowhere"
        #expect { try store.core.backup(to: "/elsewhere/fourth", options: options) } throws: {
            ($0 as? AuditStoreError)?.code == .notAStore
        }
    }

    @Test func whereThereIsSomething() async throws {
        let files = MemoryFileSystem()
        let (store, input) = try await Self.store(files)
        for path in [TestStore.path, Self.target] {
            try files.createDirectory(Self.target)
            files.put([1], at: Self.target + "/other")
            #expect { try store.core.backup(to: path, options: BackupOptions()) } throws: {
                ($0 as? AuditStoreError)?.code == .invalidArgument
            }
        }
        #expect(files.file(Self.target + "/other") == [1])
        #expect(try store.events() == input)
        #expect { try TestStore().core.backup(to: "/b", options: BackupOptions()) } throws: {
            ($0 as? AuditStoreError)?.code == .notAStore
        }
    }

    /// Every call fails in turn, or the power is lost at it.
    @Test(arguments: [false, true]) func faults(dies: Bool) async throws {
        let original = MemoryFileSystem()
        let (_, input) = try await Self.store(original)
        var random = SeededRandom(seed: 5)
        for call in 1... {
            var files = original.copy()
            files.inject(dies ? .dies(call: call) : .failsOnce(call: call))
            var failed = false
            do {
                _ = try TestStore(files).core.backup(to: Self.target, options: BackupOptions())
            } catch is AuditStoreError { failed = true }
            let isOver = !files.hasFailed
            files.inject(nil)
            #expect(failed != isOver)
            if dies { files = files.afterPowerLoss(&random) }
            let backup = TestStore(files, path: Self.target)
            if try backup.directory.exists {
                #expect(isOver || dies)
                #expect(try backup.events() == input)
                #expect(try backup.problems().isEmpty)
            } else {
                #expect(!isOver)
                if !dies {
                    #expect(files.files.keys.allSatisfy { !$0.hasPrefix(Self.target + "/") })
                    _ = try TestStore(files).core.backup(to: Self.target, options: BackupOptions())
                    #expect(try backup.events() == input)
                }
            }
            #expect(try TestStore(files).events() == input)
            if isOver { break }
        }
    }

    @Test func aFullDiskAndCancellation() async throws {
        let files = MemoryFileSystem()
        let (store, input) = try await Self.store(files)
        var options = BackupOptions()
        options.copies = true
        files.setCapacity(files.usedBytes + 3000)
        #expect { try store.core.backup(to: Self.target, options: options) } throws: {
            ($0 as? AuditStoreError)?.code == .diskFull
        }
        files.setCapacity(nil)
        let cancelled = Task { [options] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try store.core.backup(to: Self.target, options: options)
        }
        guard case .failure(let error) = await cancelled.result else {
            Issue.record("it was cancelled")
            return
        }
        #expect(error is CancellationError)
        #expect(files.files.keys.allSatisfy { !$0.hasPrefix(Self.target + "/") })
        #expect(try store.events() == input)
    }
}
