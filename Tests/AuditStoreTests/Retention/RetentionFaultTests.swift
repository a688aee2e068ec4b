import TestSupport
import Testing

@testable import AuditStore

/// Every call of the file system fails in turn, or is the last one before the power is lost: the store has all events or those that
/// should be left, nothing in between, and doing it again gets there.
@Suite struct RetentionFaultTests {
    private struct Work: Sendable {
        var name: String
        /// What is left once it is done.
        var isLeft: @Sendable (Int) -> Bool
        var run: @Sendable (TestStore) async throws -> Void
    }

    private static let all = SmallLogs.events(0..<30) + SmallLogs.events(30..<45, day: 17)

    private static let works = [
        Work(name: "deletion", isLeft: { $0 % 3 != 0 }) { store in
            _ = try await store.core.delete(
                where: "user.username == 'user-0'", since: nil, until: nil, reason: nil, by: nil, dryRun: false)
        },
        // Events of user-1 of the old day are held.
        Work(name: "expiry", isLeft: { $0 >= 30 || $0 % 3 == 1 }) { store in
            _ = try store.core.retain(dryRun: false, force: true, by: nil)
        },
    ]

    private static func text(_ isLeft: (Int) -> Bool) -> [UInt8] {
        TestSupport.text((0..<45).filter(isLeft).map { SmallLogs.event($0, day: $0 < 30 ? 16 : 17) })
    }

    private static func files() async throws -> MemoryFileSystem {
        let files = ExpiryTests.files(at: "2025-07-17")
        let store = TestStore(files)
        try await store.ingest(("a", all))
        try store.core.addHold(
            "case", where: "user.username == 'user-1'", since: nil, until: nil, reason: nil, by: nil)
        return files
    }

    @Test(arguments: 0..<2, [false, true]) func everyCall(work: Int, losesPower: Bool) async throws {
        let work = Self.works[work]
        let left = Self.text(work.isLeft)
        var call = 1
        var isDone = 0
        while true {
            var files = try await Self.files()
            files.inject(losesPower ? .dies(call: call) : .failsOnce(call: call))
            do {
                try await work.run(TestStore(files))
            } catch { #expect(files.hasFailed, "\(work.name), call \(call): \(error)") }
            guard files.hasFailed else { break }
            files.inject(nil)
            if losesPower {
                let now = files.now
                files = files.afterPowerLoss(more: 0)
                // Its clock begins anew.
                files.wait(microseconds: now - files.now)
            }
            let found = try ExpiryTests.lines(TestStore(files))
            #expect(found == Self.all || found == left, "\(work.name), call \(call)")
            isDone += found == left ? 1 : 0
            let store = TestStore(files)
            try await work.run(store)
            #expect(try ExpiryTests.lines(store) == left, "\(work.name), call \(call), again")
            #expect(try store.problems().isEmpty)
            // No file is left behind that nobody names.
            _ = try store.core.compact()
            let manifest = try store.manifest()
            let named = manifest.segments.flatMap { store.directory.names(of: $0) } + manifest.obsolete
            let there = files.files.keys.filter { $0.hasSuffix(".segment") || $0.hasSuffix(".tombstones") }
            #expect(Set(there) == Set(named.map(store.directory.location)), "\(work.name), call \(call)")
            call += 1
        }
        print(
            "\(work.name): \(call - 1) calls \(losesPower ? "were the last" : "failed") in turn, \(isDone) after it had taken effect"
        )
        #expect(call > 20)
    }
}
