import TestSupport
import Testing

@testable import AuditStore
@testable import KubernetesAudit

/// A store that version 1 wrote, compacted and young segments and a quarantined line: later versions read it for ever.
@Suite struct GoldenTests {
    @Test func versionOneIsRead() async throws {
        let store = try await AuditStore(at: Fixture.path("golden-v1/store"), schema: KubernetesAudit.self)
        var text: [UInt8] = []
        try store.forEachEvent {
            text.append(contentsOf: $0)
            text.append(0x0a)
        }
        #expect(text == Fixture.log("golden-v1/events"))

        let report = try await store.verify()
        #expect(report.problems.map(\.description) == [])
        #expect(report.events == 450)
        let figures = try store.statistics
        #expect(figures.segments == 2 && figures.youngSegments == 1 && figures.quarantined == 1)

        var quarantined: [String] = []
        try store.core.directory.forEachQuarantined { bytes, line in
            quarantined.append(
                "\(line.input):\(line.offset): \(line.reason): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(quarantined == ["g2.ndjson:268236: not a JSON object: not an event"])
        let refused = try await store.answer(TextQuery(where: "responseStatus.code == 403"))
        #expect(refused.rows == [[.int(18)]])
        let clusters = try await store.answer(TextQuery(by: ["cluster"]))
        #expect(clusters.rows == [[.string("golden"), .int(350)], [.null, .int(100)]])
    }

    /// A store of the second version of the manifest, whose writer was killed: three segments, and the first version of the WAL
    /// with events, a flagged one, and a line that is none.
    @Test func whatAWriterLeftIsRead() async throws {
        let store = try await AuditStore(at: Fixture.path("golden-wal/store"), schema: KubernetesAudit.self)
        var text: [UInt8] = []
        try store.forEachEvent {
            text.append(contentsOf: $0)
            text.append(0x0a)
        }
        #expect(text == Fixture.log("golden-wal/events"))
        let statistics = try store.statistics
        #expect(statistics.events - statistics.unsealedEvents == 60)
        #expect(statistics.events == UInt64(lines(text).count))
        let report = try await store.verify()
        #expect(report.problems.map(\.description) == [])
        let flagged = try await store.answer(
            TextQuery(where: "has(flags)", by: ["source", "cluster", "flags", "verb"]))
        let texts = ["stream", "golden", "identityReused", "get"].map { TextValue.string($0) }
        #expect(flagged.rows == [texts + [.int(1)]])

        // The next writer takes all of it over, of a copy.
        let files = MemoryFileSystem()
        try files.createDirectory("/store/wal")
        for name in ["manifest", "wal/0000000004.wal"] {
            files.put(Fixture.file(Fixture.path("golden-wal/store/" + name)), at: "/store/" + name)
        }
        let manifest = try TestStore(files).manifest()
        for segment in manifest.segments {
            let name = TestStore(files).directory.name(of: segment)
            try files.createDirectory("/store/" + FileNames.partition(segment.day))
            files.put(Fixture.file(Fixture.path("golden-wal/store/" + name)), at: "/store/" + name)
        }
        let core = StoreCore(directory: StoreDirectory(path: "/store", files: files), schema: store.core.schema)
        let writer = try await core.writer(WriterOptions())
        #expect(writer.recovery.events == 3 && writer.recovery.damage.isEmpty && writer.recovery.tornBytes == 0)
        // What the window of the file remembers.
        let first = Array(lines(text)[0])
        #expect(try await writer.append(first) == AppendReceipt(events: 0, duplicates: 1))
        try await writer.close()
        let after = try core.directory.readManifest()
        #expect(after.segments.reduce(0) { $0 + $1.rows } == 62 && after.quarantinedLines == 1)
    }

    /// A store of the third version of the manifest: retention classes, a policy, a legal hold, tombstones, a record of what was done.
    @Test func versionThreeIsRead() async throws {
        let store = try await AuditStore(at: Fixture.path("golden-v3/store"), schema: KubernetesAudit.self)
        var text: [UInt8] = []
        try store.forEachEvent {
            text.append(contentsOf: $0)
            text.append(0x0a)
        }
        #expect(text == Fixture.log("golden-v3/events"))
        let report = try await store.verify()
        #expect(report.problems.map(\.description) == [] && report.events == 269)
        let figures = try store.statistics
        #expect(figures.events == 269 && figures.deleted == 51 && figures.segments == 7 && figures.youngSegments == 4)
        #expect(figures.rawBytes == UInt64(text.count) && figures.quarantined == 1)
        let deleted = try await store.answer(TextQuery(where: "verb == 'create'"))
        // The one that is held.
        #expect(deleted.rows == [[.int(1)]])

        let classes = try store.retentionClasses
        #expect(classes.map(\.name) == ["default", "1 month", "for ever", "changes"])
        #expect(classes.map(\.months) == [13, 1, nil, 24])
        #expect(try store.retentionPolicy?.contains("deletecollection") == true)
        let hold = try #require(store.holds.first)
        #expect(hold.name == "case-7" && hold.condition == "user.username == \"system:apiserver\"")
        #expect(
            hold.until == Instant("2027-01-01")?.microseconds && hold.reason == "litigation 7" && hold.by == "golden")
        let records = try store.retentionRecords
        #expect(records.map(\.kind) == [.policySet, .holdAdded, .deleted])
        #expect(records[2].events == 51 && records[2].held == 6 && records[2].reason == "request 3")
        let manifest = try store.core.directory.readManifest()
        #expect(Set(manifest.segments.map(\.retentionClass)) == [0, 1, 2, 3])
        #expect(manifest.segments.allSatisfy { $0.loaded != nil } && manifest.committed != nil)
    }

    /// A store of the fourth version of the manifest, whose tail was killed: the second version of the WAL, with how far a log was read.
    @Test func whatATailLeftIsRead() async throws {
        let path = Fixture.path("golden-tail/store")
        let store = try await AuditStore(at: path, schema: KubernetesAudit.self)
        var text: [UInt8] = []
        try store.forEachEvent {
            text.append(contentsOf: $0)
            text.append(0x0a)
        }
        #expect(text == Fixture.log("golden-tail/events"))
        let manifest = try store.core.directory.readManifest()
        #expect(manifest.streamed.runs == [StreamNumbers.Run(number: 0, sequence: 0, count: 30)])
        #expect(manifest.checkpoints.count == 1)
        let report = try await store.verify()
        #expect(report.problems.map(\.description) == [])

        // The next tail goes on with the same log, in a copy.
        let files = MemoryFileSystem()
        try files.createDirectory("/store/wal")
        for name in ["manifest"] + (try PosixFileSystem().names(in: path + "/wal").map { "wal/" + $0 }) {
            files.put(Fixture.file(path + "/" + name), at: "/store/" + name)
        }
        for segment in manifest.segments {
            let name = store.core.directory.name(of: segment)
            try files.createDirectory("/store/" + FileNames.partition(segment.day))
            files.put(Fixture.file(path + "/" + name), at: "/store/" + name)
        }
        let core = StoreCore(directory: StoreDirectory(path: "/store", files: files), schema: store.core.schema)
        let writer = try await core.writer(.still)
        #expect(writer.recovery.events == 20 && writer.recovery.damage.isEmpty)
        let logs = SimulatedLogs()
        logs.create("/logs/audit-2026-11-26T00-00-00.000.log", text + logLines(0..<1))
        logs.wait(seconds: 10)
        let tail = TailEngine(core: core, writer: writer, paths: ["/logs"], files: logs, options: TailOptions())
        #expect(try await tail.look(atNames: true).status.lines == 1)
        try await writer.close()
    }
}
