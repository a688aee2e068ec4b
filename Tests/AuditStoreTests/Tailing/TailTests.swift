import AuditStore
import TestSupport
import Testing

@testable import AuditStore
@testable import KubernetesAudit

/// A tail, one step at a time.
@Suite struct TailTests {
    private let log = TailFixture.log

    @Test func linesAreTakenWhenTheyAreWhole() async throws {
        let tail = try await TailFixture()
        let bytes = logLines(0..<3)
        tail.logs.create(log, Array(bytes[..<(bytes.count - 10)]))
        var status = try await tail.look()
        #expect(try tail.events() == logTexts(0..<2))
        #expect(status.bytesBehind > 0 && status.lines == 2 && status.newestEvent != nil)
        tail.logs.wait(seconds: 100)
        status = try await tail.look()
        #expect(try tail.events() == logTexts(0..<2))
        tail.logs.write(Array(bytes[(bytes.count - 10)...]), to: log)
        status = try await tail.look(atNames: false)
        #expect(try tail.events() == logTexts(0..<3))
        #expect(status.bytesBehind == 0 && status.logs.map(\.path) == [log])
    }

    @Test func renamedLogs() async throws {
        let tail = try await TailFixture(paths: [log])
        tail.logs.create(log, logLines(0..<5))
        try await tail.look()
        tail.logs.write(logLines(5..<7), to: log)
        tail.logs.rename(log, to: "/logs/audit-2022-03-03T14-28-05.286.log")
        tail.logs.create(log, logLines(7..<9))
        try await tail.look()
        // Its writer may go on for a moment.
        tail.logs.write(logLines(9..<10), to: "/logs/audit-2022-03-03T14-28-05.286.log")
        try await tail.settle()
        #expect(try Set(tail.events()) == Set(logTexts(0..<10)) && tail.events().count == 10)
        #expect(try await tail.look().logs.map(\.path) == [log])
    }

    @Test func anUnfinishedLineOfARotatedLog() async throws {
        let tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<2) + Array("{\"cut\":".utf8))
        try await tail.look()
        tail.logs.rename(log, to: log + ".1")
        tail.logs.create(log, logLines(2..<3))
        try await tail.settle()
        #expect(try tail.events() == logTexts(0..<3))
        #expect(try await tail.quarantined() == ["{\"cut\":"])
    }

    @Test func truncatedLogs() async throws {
        let tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<5))
        try await tail.look()
        tail.logs.truncate(log)
        try await tail.look()
        tail.logs.write(logLines(5..<6), to: log)
        try await tail.look(atNames: false)
        // It grows past where it was before anybody looks.
        tail.logs.truncate(log)
        tail.logs.write(logLines(6..<20), to: log)
        let status = try await tail.look(atNames: false)
        #expect(try tail.events() == logTexts(0..<20))
        #expect(status.truncations == 2)
    }

    @Test func copiedAndTruncated() async throws {
        var tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<50))
        try await tail.look()
        tail.logs.write(logLines(50..<60), to: log)
        // Copied while nobody looks, in pieces, and then truncated.
        let copied = tail.logs.bytes(log)
        tail.logs.create(log + ".1", Array(copied[..<3000]))
        try await tail.look()
        tail.logs.write(Array(copied[3000...]), to: log + ".1")
        tail.logs.truncate(log)
        tail.logs.write(logLines(60..<61), to: log)
        try await tail.settle()
        #expect(try Set(tail.events()) == Set(logTexts(0..<61)) && tail.events().count == 61)
        try await tail.restart()
        try await tail.settle()
        #expect(try tail.events().count == 61)
    }

    /// A copy beside the log it was made of is the same log, and not another one.
    @Test func aCopyIsNotReadTwice() async throws {
        let tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<50))
        try await tail.look()
        tail.logs.create("/logs/copy.log", tail.logs.bytes(log) + logLines(50..<55))
        tail.logs.write(logLines(50..<60), to: log)
        try await tail.settle()
        #expect(try tail.events() == logTexts(0..<60))
    }

    @Test func compressedBackups() async throws {
        var tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<30))
        try await tail.look()
        // What was read wholly.
        tail.logs.create("/logs/audit-2022-03-03T14-28-05.286.log.gz", GzipText.gzip(tail.logs.bytes(log)))
        // What was read in part: the rest of it only the backup has.
        tail.logs.create(log + ".2.gz", GzipText.gzip(tail.logs.bytes(log) + logLines(30..<35)))
        tail.logs.remove(log, reuses: true)
        // What was not read at all.
        tail.logs.create(log + ".3.gz", GzipText.gzip(logLines(35..<40)))
        try await tail.settle()
        #expect(try Set(tail.events()) == Set(logTexts(0..<40)) && tail.events().count == 40)
        try await tail.restart()
        try await tail.settle()
        #expect(try tail.events().count == 40)
    }

    @Test func aBackupThatIsBeingCompressed() async throws {
        let tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<200))
        try await tail.look()
        let whole = GzipText.gzip(tail.logs.bytes(log) + logLines(200..<210))
        tail.logs.remove(log)
        tail.logs.create(log + ".gz", Array(whole[..<(whole.count / 2)]))
        tail.logs.wait(seconds: 2)
        let status = try await tail.look()
        #expect(status.problems.map(\.path) == [log + ".gz"])
        #expect(try await tail.look().problems.count == 1)
        tail.logs.write(Array(whole[(whole.count / 2)...]), to: log + ".gz")
        try await tail.settle()
        #expect(try await tail.look().problems.isEmpty)
        #expect(try tail.events() == logTexts(0..<210))
    }

    @Test func numbersOfFilesComeAgain() async throws {
        let tail = try await TailFixture()
        for i in 0..<5 {
            let name = "/logs/audit-2022-03-03T14-28-0\(i).286.log"
            tail.logs.create(name, logLines(10 * i..<10 * i + 10))
            tail.logs.wait(seconds: 10)
            try await tail.look()
            tail.logs.remove(name, reuses: true)
        }
        #expect(try tail.events() == logTexts(0..<50))
    }

    @Test func aLogThatIsRemovedWhileItIsHeld() async throws {
        let tail = try await TailFixture()
        let inode = tail.logs.create(log, logLines(0..<5))
        try await tail.look()
        tail.logs.remove(log)
        tail.logs.wait(seconds: 60)
        try await tail.look()
        tail.logs.write(logLines(5..<7) + Array("cut".utf8), to: inode)
        #expect(try await tail.look().bytesBehind == 3)
        tail.logs.create(log, logLines(7..<8))
        try await tail.settle()
        #expect(try tail.events() == logTexts(0..<8))
        #expect(try await tail.quarantined() == ["cut"])
    }

    /// A backup that is compressed while it is held is let go of.
    @Test func aBackupThatIsRemoved() async throws {
        let tail = try await TailFixture()
        let backup = "/logs/audit-2022-03-03T14-28-05.286.log"
        tail.logs.create(backup, logLines(0..<40))
        tail.logs.create(log, logLines(40..<45))
        tail.logs.wait(seconds: 2)
        #expect(try await tail.look().logs.count == 2)
        tail.logs.create(backup + ".gz", GzipText.gzip(tail.logs.bytes(backup)))
        tail.logs.remove(backup)
        try await tail.settle()
        #expect(try await tail.look().logs.map(\.path) == [log])
        #expect(try tail.events() == logTexts(0..<45))
    }

    @Test func filesThatCannotBeReadAndComeLater() async throws {
        let tail = try await TailFixture(paths: ["/logs", "/later/audit.log"])
        tail.logs.forbid(log)
        tail.logs.create(log, logLines(0..<2))
        let status = try await tail.look()
        #expect(status.problems.map(\.path) == ["/later/audit.log", log])
        #expect(status.problems[1].message.contains("Permission denied"))
        tail.logs.forbid(log, false)
        #expect(try await tail.look().problems.count == 1)
        tail.logs.setDirectory("/later", isThere: true)
        tail.logs.create("/later/audit.log", logLines(2..<4))
        // A backup of it counts, other files beside it do not.
        tail.logs.create("/later/audit.log.1", logLines(4..<6))
        tail.logs.create("/later/other.log", logLines(6..<7))
        try await tail.settle()
        #expect(try Set(tail.events()) == Set(logTexts(0..<6)) && tail.events().count == 6)
        #expect(try await tail.look().problems.isEmpty)
    }

    /// Two names of one file are one log.
    @Test func links() async throws {
        let tail = try await TailFixture()
        tail.logs.create("/logs/audit-2022-03-03T14-28-05.286.log", logLines(0..<5))
        tail.logs.link("/logs/audit-2022-03-03T14-28-05.286.log", to: log)
        let status = try await tail.look()
        #expect(try tail.events() == logTexts(0..<5))
        #expect(status.logs.map(\.path) == [log])
    }

    /// What a load has taken is not taken again, also the line whose end came later; nor does a load take what a tail has.
    @Test func loadsBesideATail() async throws {
        let tail = try await TailFixture()
        let first = Array(logLines(0..<3).dropLast())
        try await tail.store.ingest(("audit.log", first), canGrow: true)
        tail.logs.create(log, first + [0x0a] + logLines(3..<5))
        try await tail.look()
        #expect(try tail.events() == logTexts(0..<5))
        try await tail.store.ingest(("audit.log", tail.logs.bytes(log) + logLines(5..<6)), canGrow: true)
        #expect(try tail.events() == logTexts(0..<6))
    }

    /// A tail was killed before what it took was sealed: a load by a process without a writer knows it all the same.
    @Test func aLoadAfterAKill() async throws {
        let tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<5))
        try await tail.look()
        let files = tail.files.afterKill()
        let store = TestStore(files)
        let log = ("audit.log", tail.logs.bytes(log) + logLines(5..<6))
        files.setCapacity(files.usedBytes)
        await #expect {
            try await store.ingest(log, canGrow: true)
        } throws: {
            ($0 as? AuditStoreError)?.code == .diskFull
        }
        #expect(try store.events() == logLines(0..<5))
        files.setCapacity(nil)
        try await store.ingest(log, canGrow: true)
        #expect(try store.events() == logLines(0..<6))
        #expect(try store.manifest().checkpoints.count == 1)
        #expect(try await store.ingest(log, canGrow: true).events == 0)
    }

    /// How far a former tail was is not known before its events are sealed, and there is no room for that at first.
    @Test func aFullDiskAfterAKill() async throws {
        var tail = try await TailFixture()
        tail.logs.create(log, logLines(0..<200))
        try await tail.look()
        let left = tail.files.afterKill()
        left.setCapacity(left.usedBytes + 300)
        try await tail.restart(on: left)
        tail.logs.write(logLines(200..<201), to: log)
        let status = try await tail.look()
        #expect(status.problems.map(\.path) == [TestStore.path])
        #expect(try tail.events() == logTexts(0..<200))
        left.setCapacity(nil)
        #expect(try await tail.look().problems.isEmpty)
        #expect(try tail.events() == logTexts(0..<201))
    }

    /// Much that waits is loaded as a file is, and lines that are too long go to the quarantine in pieces.
    @Test func muchThatWaits() async throws {
        var options = TailOptions()
        options.bulkBytes = 20_000
        options.bytesPerAppend = 1000
        let tail = try await TailFixture(options: options)
        tail.logs.create(log, logLines(0..<300))
        try await tail.look()
        #expect(try tail.store.sealedEvents().count > 50_000)
        tail.logs.write(logLines(300..<330), to: log)
        try await tail.look()
        let long = Array("{\"x\":\"".utf8) + Array(repeating: 0x61, count: 5000) + Array("\"}\n".utf8)
        tail.logs.write(long + logLines(330..<331), to: log)
        try await tail.look()
        #expect(
            try tail.events() == logTexts(0..<330) + [String(decoding: long.dropLast(), as: UTF8.self)]
                + logTexts(330..<331))
    }
}
