import AuditStore
import TestSupport
import Testing

@testable import AuditStore

/// Events that neither expire nor are deleted.
@Suite struct LegalHoldTests {
    private func hold(_ store: TestStore, _ name: String, _ condition: String?, since: String? = nil) throws {
        try store.core.addHold(name, where: condition, since: since, until: nil, reason: "case 7", by: "anna")
    }

    @Test(arguments: [false, true]) func heldEventsStay(isCompacted: Bool) async throws {
        let files = ExpiryTests.files(at: "2025-07-17")
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<30) + SmallLogs.events(30..<60, day: 17)))
        if isCompacted { _ = try store.core.compact() }
        try hold(store, "case", "user.username == 'user-1'")
        let preview = try store.core.retain(dryRun: true, force: true, by: nil)
        let report = try store.core.retain(dryRun: false, force: true, by: nil)
        #expect(report.events == 20 && report.held == 10 && preview.events == 20 && preview.held == 10)
        #expect(preview.rawBytes == report.rawBytes && preview.storedBytes == 0 && report.storedBytes > 0)
        let held = text((0..<30).filter { $0 % 3 == 1 }.map { SmallLogs.event($0) })
        let rest = SmallLogs.events(30..<60, day: 17)
        #expect(try ExpiryTests.lines(store) == held + rest)
        #expect(try store.problems().isEmpty)

        // What is wholly held is not written again.
        let before = try store.manifest()
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).events == 0)
        #expect(try store.manifest().generation == before.generation)

        // Events that come later are held, too.
        try await store.ingest(("late", SmallLogs.events(60..<66)))
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).held == 12)
        let late = text([61, 64].map { SmallLogs.event($0) })
        #expect(try ExpiryTests.lines(store) == held + rest + late)

        try store.core.removeHold("case", reason: "closed", by: "ben")
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).events == 12)
        #expect(try ExpiryTests.lines(store) == rest)
        let kinds = try store.manifest().retention.records.map(\.kind)
        #expect(kinds == [.holdAdded, .expired, .expired, .holdRemoved, .expired])
        #expect(try store.manifest().retention.records[3].by == "ben")
    }

    @Test func heldEventsAreNotDeleted() async throws {
        let store = TestStore()
        try await store.ingest(("a", SmallLogs.events(0..<30)))
        try hold(store, "case", "user.username == 'user-1'")
        try hold(store, "other", nil, since: "2030-01-01")
        let report = try await store.core.delete(
            where: "requestURI.endsWith('1')", since: nil, until: nil, reason: nil, by: nil, dryRun: false)
        // 1, 11 and 21 end so; 1 is of user-1.
        #expect(report.events == 2 && report.held == 1)
        #expect(
            try ExpiryTests.lines(store) == text((0..<30).filter { $0 != 11 && $0 != 21 }.map { SmallLogs.event($0) }))
    }

    /// A damaged segment that a hold may be on stays, and does not keep the others from expiring.
    @Test(arguments: [-1, 40]) func aDamagedSegment(place: Int) async throws {
        let files = ExpiryTests.files(at: "2025-07-18")
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<30)))
        try await store.ingest(("b", SmallLogs.events(30..<60, day: 17)))
        try hold(store, "case", "user.username == 'user-1'")
        let segment = try #require(store.manifest().segments.first)
        let path = store.directory.location(store.directory.name(of: segment))
        var bytes = try #require(files.file(path))
        bytes[place < 0 ? bytes.count + place : place] ^= 0x55
        files.put(bytes, at: path)
        let preview = try store.core.retain(dryRun: true, force: true, by: nil)
        let report = try store.core.retain(dryRun: false, force: true, by: nil)
        for report in place < 0 ? [preview, report] : [report] {
            #expect(report.failures.map(\.file) == [path] && report.failures.first?.error.code == .corrupt)
            #expect(report.events == 20 && report.held == 10)
        }
        let manifest = try store.manifest()
        #expect(manifest.segments.contains(segment) && manifest.segments.count == 2)
        #expect(files.files.keys.count { $0.hasSuffix(".segment") } == 2, "nothing half-written is left")
        #expect(try store.problems().count == 1)
    }

    /// What is held does not count among what looks too much to go.
    @Test func aLargeHoldDoesNotStopExpiry() async throws {
        let files = ExpiryTests.files(at: "2025-07-17")
        let store = TestStore(files)
        try await store.ingest(("old", SmallLogs.events(0..<30)))
        try hold(store, "case", "true")
        try await store.ingest(("new", text([SmallLogs.event(30, day: 17)])))
        files.wait(microseconds: Instant("2024-06-18")!.microseconds - files.now)
        #expect(try store.core.retain(months: 1, dryRun: true, force: false, by: nil).partitions.isEmpty)
        files.wait(microseconds: Instant("2025-07-18")!.microseconds - files.now)
        let report = try store.core.retain(dryRun: false, force: false, by: nil)
        #expect(report.events == 0 && report.held == 31)
        #expect(try store.core.statistics().events == 31)
    }

    /// What was deleted before a hold does not come back by it.
    @Test func deletedBefore() async throws {
        let files = ExpiryTests.files(at: "2025-07-17")
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<30)))
        _ = try await store.core.delete(
            where: "requestURI == '/api/4'", since: nil, until: nil, reason: nil, by: nil, dryRun: false)
        try hold(store, "case", "user.username == 'user-1'")
        let report = try store.core.retain(dryRun: false, force: true, by: nil)
        #expect(report.held == 9 && report.events == 20)
        #expect(
            try ExpiryTests.lines(store) == text((0..<30).filter { $0 % 3 == 1 && $0 != 4 }.map { SmallLogs.event($0) })
        )
        #expect(try store.manifest().segments.allSatisfy { $0.tombstones == nil })
        #expect(try store.problems().isEmpty)
    }

    @Test func whatMakesNoSense() async throws {
        let store = TestStore()
        try await store.ingest(("a", SmallLogs.events(0..<3)))
        try hold(store, "case", "verb == 'get'")
        func code(_ error: any Error) -> AuditStoreError.Code? { (error as? AuditStoreError)?.code }
        #expect { try hold(store, "case", "verb == 'get'") } throws: { code($0) == .invalidArgument }
        #expect { try hold(store, "", "verb == 'get'") } throws: { code($0) == .invalidArgument }
        #expect { try hold(store, String(repeating: "n", count: 200), nil) } throws: { code($0) == .limit }
        #expect(throws: ExpressionError.self) { try hold(store, "b", "verb ==") }
        #expect { try store.core.removeHold("none", reason: nil, by: nil) } throws: { code($0) == .invalidArgument }
        for i in 1..<RetentionLimits.holds { try hold(store, "h\(i)", "verb == 'x'") }
        #expect { try hold(store, "more", nil) } throws: { code($0) == .limit }
        #expect(try store.manifest().retention.holds.count == RetentionLimits.holds)
    }
}
