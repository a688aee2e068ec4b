import AuditStore
import Shredding
import TestSupport
import Testing

@testable import AuditStore

/// Expiry of whole partitions.
@Suite struct ExpiryTests {
    /// A file system whose clock is at a day; events of the tests are of June 2024.
    static func files(at date: String) -> MemoryFileSystem {
        let files = MemoryFileSystem()
        files.wait(microseconds: Instant(date)!.microseconds - files.now)
        return files
    }

    static func lines(_ store: TestStore) throws -> [UInt8] {
        var found: [UInt8] = []
        try EventScan(try store.core.snapshot(), schema: store.core.description).forEachEvent(
            order: .ingest, limit: nil
        ) {
            found += $0
            found.append(0x0a)
        }
        return found
    }

    /// Three days, of which the first is old enough on the 17th of July 2025.
    private static func store(_ files: MemoryFileSystem) async throws -> (store: TestStore, days: [[UInt8]]) {
        let store = TestStore(files)
        let days = (0..<3).map { SmallLogs.events($0 * 20..<$0 * 20 + 20, day: 16 + $0) }
        for (index, log) in days.enumerated() { try await store.ingest(("\(index)", log)) }
        return (store, days)
    }

    @Test func wholeDaysGo() async throws {
        let files = Self.files(at: "2025-07-16T23:59:59Z")
        let (store, days) = try await Self.store(files)
        let before = try store.manifest()
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).partitions.isEmpty)
        files.wait(microseconds: 1_000_000)

        let preview = try store.core.retain(dryRun: true, force: false, by: nil)
        #expect(preview.partitions.map(\.partition) == ["2024-06-16"] && preview.events == 20)
        #expect(preview.rawBytes == UInt64(days[0].count))
        #expect(preview.refusal != nil, "the newest event is of the year before")
        #expect(try store.manifest().segments == before.segments)
        #expect { try store.core.retain(dryRun: false, force: false, by: nil) } throws: {
            ($0 as? AuditStoreError)?.code == .refused
        }
        #expect(try store.manifest().segments == before.segments)

        let report = try store.core.retain(dryRun: false, force: true, by: "anna")
        #expect(report.partitions == preview.partitions && report.refusal == nil)
        #expect(try Self.lines(store) == days[1] + days[2])
        #expect(try store.problems().isEmpty)
        // One commit names what is left, a second one what is removed.
        let after = try store.manifest()
        #expect(after.generation == before.generation + 2 && after.obsolete.isEmpty)
        #expect(!files.files.keys.contains { $0.contains("2024-06-16") })
        let record = try #require(after.retention.records.last)
        #expect(record.kind == .expired && record.by == "anna" && record.events == 20 && record.segments == 1)
        #expect(record.name == "default" && record.rule == "13 months")
        #expect(record.storedBytes == before.segments[0].storedBytes)
        #expect(record.times == EventTimes.wholeDay(19_890))
        #expect(try store.core.retain(dryRun: false, force: false, by: nil).partitions.isEmpty)
    }

    @Test func monthsAreKept() async throws {
        let files = Self.files(at: "2024-08-01")
        let (store, days) = try await Self.store(files)
        #expect(try store.core.retain(dryRun: true, force: false, by: nil).partitions.isEmpty)
        let report = try store.core.retain(months: 1, dryRun: false, force: true, by: nil)
        #expect(report.partitions.count == 3)
        #expect(try Self.lines(store).isEmpty)
        #expect(try store.manifest().retention.classes == [RetentionClass(name: "default", months: 1, id: 0)])
        try await store.ingest(("again", days[0]), again: true)
        #expect(try store.core.retain(dryRun: true, force: false, by: nil).events == 20)
        #expect { try store.core.retain(months: 0, dryRun: false, force: true, by: nil) } throws: {
            ($0 as? AuditStoreError)?.code == .invalidArgument
        }
        #expect(try store.manifest().retention.records.map(\.kind) == [.monthsSet, .expired])
    }

    /// A reader goes on to see what is dropped; the files go when it is done.
    @Test func readersAreNotDisturbed() async throws {
        let files = Self.files(at: "2025-07-17")
        let (store, days) = try await Self.store(files)
        var snapshot: Snapshot? = try store.core.snapshot()
        _ = try store.core.retain(dryRun: false, force: true, by: nil)
        #expect(try store.events(of: snapshot!) == days.flatMap { $0 })
        #expect(try store.manifest().obsolete.count == 1)
        snapshot = nil
        _ = try store.core.compact()
        #expect(try store.manifest().obsolete.isEmpty)
        #expect(try Self.lines(store) == days[1] + days[2])
    }

    @Test func aClockThatIsBehind() async throws {
        let files = Self.files(at: "2025-07-20")
        let (store, _) = try await Self.store(files)
        files.wait(microseconds: -2 * EventTimes.microsecondsPerDay)
        #expect { try store.core.retain(dryRun: false, force: false, by: nil) } throws: {
            ($0 as? AuditStoreError)?.message.contains("behind the last commit") == true
        }
    }

    /// A manifest may say anything of when it was written.
    @Test(arguments: [Int64.min, 0, Int64.max]) func impossibleCommits(at time: Int64) async throws {
        let files = Self.files(at: "2025-07-20")
        let (store, _) = try await Self.store(files)
        var manifest = try store.manifest()
        manifest.committed = time
        for index in manifest.segments.indices { manifest.segments[index].loaded = time }
        manifest.segments[0].day = nil
        try store.directory.replaceManifest(manifest)
        let report = try store.core.retain(dryRun: true, force: false, by: nil)
        #expect(report.refusal?.message.contains("behind the last commit") == (time == .max ? true : false))
    }

    @Test func moreThanHalf() async throws {
        let files = Self.files(at: "2024-07-25")
        let (store, _) = try await Self.store(files)
        #expect { try store.core.retain(months: 1, dryRun: false, force: false, by: nil) } throws: {
            "\($0)".contains("the clock may be ahead")
        }
        try await store.ingest(("new", text([SmallLogs.event(90, day: 30)])))
        #expect { try store.core.retain(months: 1, dryRun: false, force: false, by: nil) } throws: {
            "\($0)".contains("more than half")
        }
        #expect(try store.manifest().retention.classes[0].months == 13)
    }

    /// Events without a time and the quarantine go by when they were loaded.
    @Test func undatedAndQuarantine() async throws {
        let files = Self.files(at: "2024-06-16")
        let store = TestStore(files)
        let old = text(["{\"a\":1}", "{\"b\":2}"].map { Array($0.utf8) })
        try await store.ingest(("old", old + Array("no event\n".utf8)))
        files.wait(microseconds: 40 * EventTimes.microsecondsPerDay)
        let new = text(["{\"c\":3}"].map { Array($0.utf8) })
        try await store.ingest(("new", new))
        // Loads of different months are not merged.
        _ = try store.core.compact()
        #expect(try store.manifest().segments.count == 2)
        files.wait(microseconds: 380 * EventTimes.microsecondsPerDay)
        let report = try store.core.retain(dryRun: false, force: true, by: nil)
        #expect(report.partitions.map(\.partition) == ["undated", "quarantine"])
        #expect(report.partitions.map(\.events) == [2, 1])
        #expect(try Self.lines(store) == new)
        #expect(try store.manifest().quarantinedLines == 0 && store.quarantined().isEmpty)
        #expect(try store.problems().isEmpty)
    }

    /// A segment of the quarantine that is damaged does not keep everything else from expiring, nor itself.
    @Test func damagedQuarantine() async throws {
        let files = Self.files(at: "2024-06-16")
        let store = TestStore(files)
        try await store.ingest(("log", SmallLogs.events(0..<20) + Array("no event\nnor this\n".utf8)))
        let quarantine = try #require(store.manifest().quarantine.first)
        let path = store.directory.location(store.directory.name(of: quarantine, quarantine: true))
        files.put(Array(repeating: 0, count: Int(quarantine.storedBytes)), at: path)
        files.wait(microseconds: 400 * EventTimes.microsecondsPerDay)
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).partitions.map(\.events) == [20, 2])
        #expect(try store.manifest().quarantinedLines == 0 && files.file(path) == nil)
        #expect(try store.problems().isEmpty)
    }

    /// The bytes of deleted events go with their day, and the report says so.
    @Test func deletedEventsExpire() async throws {
        let files = Self.files(at: "2025-07-17")
        let (store, _) = try await Self.store(files)
        _ = try await store.core.delete(
            where: "user.username == 'user-0'", since: nil, until: "2024-06-17", reason: nil, by: nil, dryRun: false)
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).events == 13)
        let records = try store.manifest().retention.records
        #expect(records.map(\.kind) == [.deleted, .expired, .erased] && records.map(\.events) == [7, 13, 7])
        #expect(!files.files.keys.contains { $0.contains("2024-06-16") })
    }

    /// However many records there are, the manifest stays small, and the sums are kept.
    @Test func recordsAreBounded() {
        var state = RetentionState()
        for i in 0..<3000 {
            var record = RetentionRecord(.deleted, time: Int64(i), rule: String(repeating: "x", count: i % 300))
            record.events = 3
            record.times = Int64(i)...Int64(i) + 5
            state.add(record)
        }
        #expect(state.records.count <= RetentionState.recordLimit)
        #expect(state.records.reduce(0) { $0 + $1.events } == 9000)
        #expect(state.records[0].kind == .earlier && state.records[0].times?.lowerBound == 0)
        #expect(state.records.last?.time == 2999 && state.records.dropFirst().allSatisfy { $0.kind == .deleted })
    }
}
