import AuditStore
import TestSupport
import Testing

/// Every call of the file system failing in turn, and the process dying at every call.
@Suite struct FaultTests {
    private static let first = SmallLogs.events(0..<4) + Array("no event\n".utf8)
    private static let second = SmallLogs.events(4..<8, day: 17) + SmallLogs.events(8..<10)
    private static let expected = SmallLogs.events(0..<4) + SmallLogs.events(4..<8, day: 17) + SmallLogs.events(8..<10)

    private static func load(_ files: MemoryFileSystem) async throws {
        try await TestStore(files).ingest(("a", first), ("b", second))
    }

    /// Loading again and compacting ends in what would have been there without the fault.
    private func checkRecovery(_ files: MemoryFileSystem, _ what: String) async {
        do {
            let store = TestStore(files)
            try await Self.load(files)
            #expect(try store.events() == Self.expected, "\(what)")
            #expect(try store.quarantined().map(\.line) == [Array("no event".utf8)], "\(what)")
            #expect(try store.problems().isEmpty, "\(what)")
            _ = try store.core.compact()
            #expect(try store.events() == Self.expected, "\(what), compacted")
            #expect(try store.problems().isEmpty, "\(what), compacted")
            let manifest = try store.manifest()
            #expect(
                files.files.keys.count { $0.hasSuffix(".segment") } == manifest.segments.count
                    + manifest.quarantine.count,
                "\(what): files left over")
        } catch { Issue.record("\(what): \(error)") }
    }

    /// What was committed at the time of the fault is readable, and a beginning of what there is in the end.
    private func checkReadable(_ files: MemoryFileSystem, _ what: String) {
        let store = TestStore(files)
        do {
            guard try store.directory.exists else { return }
            let found = try store.events()
            #expect(Self.expected.starts(with: found), "\(what)")
            #expect(try store.problems().isEmpty, "\(what)")
        } catch { Issue.record("\(what): \(error)") }
    }

    /// Runs `work` with the first call failing, then the second, and so on, until nothing fails any more.
    private func everyCall(
        _ name: String, start: () async throws -> MemoryFileSystem, fault: (Int) -> MemoryFileSystem.Fault,
        work: (MemoryFileSystem) async throws -> Void, check: (MemoryFileSystem, String) async -> Void
    ) async throws {
        var call = 1
        while true {
            let files = try await start()
            files.inject(fault(call))
            do {
                try await work(files)
                // A failure may be passed over where nothing depends on it.
            } catch let error as AuditStoreError {
                #expect(error.code == .io || error.code == .syncFailed, "\(name), call \(call): \(error)")
            } catch { Issue.record("\(name), call \(call): \(error)") }
            guard files.hasFailed else { break }
            files.inject(nil)
            await check(files, "\(name), call \(call)")
            call += 1
        }
        print("\(name): \(call - 1) calls failed in turn")
        #expect(call > 20)
    }

    @Test func aCallOfIngestFails() async throws {
        try await everyCall(
            "ingest", start: { MemoryFileSystem() }, fault: { .failsOnce(call: $0) }, work: Self.load,
            check: { files, what in
                checkReadable(files, what)
                await checkRecovery(files, what)
            })
    }

    @Test func aCallOfCompactionFails() async throws {
        try await everyCall(
            "compaction", start: Self.loaded, fault: { .failsOnce(call: $0) }, work: Self.compact,
            check: { files, what in
                checkReadable(files, what)
                await checkRecovery(files, what)
            })
    }

    /// The process dies; the system goes on.
    @Test func killedDuringIngest() async throws {
        try await everyCall(
            "killed ingest", start: { MemoryFileSystem() }, fault: { .dies(call: $0) }, work: Self.load,
            check: { files, what in
                checkReadable(files.copy(), what)
                await checkRecovery(files.copy(), what)
            })
    }

    /// The machine loses power: what was not synced is gone, or in part.
    @Test(arguments: [0, 1 << 40]) func powerLostDuringIngest(more: Int) async throws {
        try await everyCall(
            "power lost in ingest", start: { MemoryFileSystem() }, fault: { .dies(call: $0) }, work: Self.load,
            check: { files, what in
                let left = files.afterPowerLoss(more: more)
                checkReadable(left, what)
                await checkRecovery(left, what)
            })
    }

    @Test func powerLostDuringCompaction() async throws {
        try await everyCall(
            "power lost in compaction", start: Self.loaded, fault: { .dies(call: $0) }, work: Self.compact,
            check: { files, what in
                let left = files.afterPowerLoss(more: 0)
                // Nothing that was committed before may be missing.
                #expect((try? TestStore(left).events()) == Self.expected, "\(what)")
                await checkRecovery(left, what)
            })
    }

    /// The directories above the store that it had to make are as durable as the store.
    @Test func powerLostAfterTheFirstLoad() async throws {
        let files = MemoryFileSystem()
        let path = "/logs/of/2024/store"
        try await TestStore(files, path: path).ingest(("a", Self.first))
        let left = files.afterPowerLoss(more: 0)
        #expect((try? TestStore(left, path: path).events()) == SmallLogs.events(0..<4))
    }

    private static func loaded() async throws -> MemoryFileSystem {
        let files = MemoryFileSystem()
        try await load(files)
        return files
    }

    private static func compact(_ files: MemoryFileSystem) async throws { _ = try TestStore(files).core.compact() }
}
