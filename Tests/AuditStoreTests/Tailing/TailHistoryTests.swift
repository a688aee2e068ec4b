import AuditStore
import TestSupport
import Testing

@testable import AuditStore
@testable import KubernetesAudit

/// Random histories of a log and of a tail that dies now and then, against what was written.
@Suite struct TailHistoryTests {
    @Test(arguments: 0..<60) func everyLineOnce(seed: Int) async throws {
        var history = try await History(seed: UInt64(seed))
        for _ in 0..<60 { try await history.step() }
        try await history.compare()
    }

    /// The process dies at every call of the store's file system in turn, while a log is read and rotated.
    @Test func deathAtEveryCall() async throws {
        var call = 1
        while true {
            var tail = try await TailFixture()
            tail.logs.create(TailFixture.log, logLines(0..<4))
            tail.files.inject(.dies(call: call))
            do {
                try await tail.look()
                tail.logs.write(logLines(4..<6), to: TailFixture.log)
                try await tail.look()
                try await tail.writer.seal()
                tail.logs.write(logLines(6..<7), to: TailFixture.log)
                try await tail.look()
            } catch {}
            let hasFailed = tail.files.hasFailed
            var random = SeededRandom(seed: UInt64(call))
            try await tail.restart(on: call % 2 == 0 ? tail.files.afterKill() : tail.files.afterPowerLoss(&random))
            tail.logs.create("/logs/audit.log.1", tail.logs.bytes(TailFixture.log) + logLines(7..<8))
            tail.logs.remove(TailFixture.log)
            try await tail.settle()
            let expected = tail.logs.bytes("/logs/audit.log.1")
            #expect(try tail.store.events() == expected, "call \(call)")
            guard hasFailed else { break }
            call += 1
        }
        #expect(call > 20)
    }
}

private struct History {
    private var tail: TailFixture
    private var random: SeededRandom
    private var next = 0
    private var written: [String] = []
    private var cut: [String] = []
    /// Of the last line of the log that is being written.
    private var rest: [UInt8] = []
    private var backups = 0
    private let log = TailFixture.log

    init(seed: UInt64) async throws {
        random = SeededRandom(seed: seed)
        var options = TailOptions()
        options.bulkBytes = random.pick([3000, 20_000, 1 << 24])
        options.bytesPerAppend = random.pick([500, 5000, 1 << 20])
        tail = try await TailFixture(paths: [random.oneIn(2) ? "/logs" : log], options: options)
        tail.logs.create(log)
    }

    mutating func step() async throws {
        tail.logs.wait(seconds: random.pick([0.01, 0.5, 2, 7]))
        switch random.below(14) {
        case 0...4: write()
        case 5: try await tail.look(atNames: false)
        case 6, 7: try await tail.look()
        case 8: try await tail.writer.seal()
        case 9: rotate()
        case 10:
            rotate()
            let name = backup(backups)
            let bytes = GzipText.gzip(tail.logs.bytes(name))
            tail.logs.remove(name, reuses: random.oneIn(2))
            tail.logs.create(name + ".gz", bytes)
        case 11:
            backups += 1
            tail.logs.create(log + ".\(1000 - backups)", tail.logs.bytes(log))
            emptyLog()
        case 12:
            // What nobody has read would be lost.
            finishLine()
            while try await tail.look().bytesBehind > 0 { tail.logs.wait(seconds: 3) }
            if random.oneIn(2) {
                emptyLog()
            } else {
                tail.logs.remove(log)
                tail.logs.create(log)
            }
        default:
            try await tail.restart(on: random.oneIn(2) ? tail.files.afterKill() : tail.files.afterPowerLoss(&random))
        }
    }

    private func backup(_ number: Int) -> String { "/logs/audit-2022-03-03T14-28-05.\(100 + number).log" }

    private mutating func write() {
        finishLine()
        for _ in 0..<random.pick([1, 5, 20]) {
            var line = streamed(next)
            next += 1
            written.append(String(decoding: line, as: UTF8.self))
            line.append(0x0a)
            tail.logs.write(line, to: log)
        }
        guard random.oneIn(3) else { return }
        let line = streamed(next)
        next += 1
        let length = 2 + random.below(line.count - 4)
        tail.logs.write(Array(line[..<length]), to: log)
        rest = line
    }

    private mutating func finishLine() {
        guard !rest.isEmpty else { return }
        let begun = tail.logs.bytes(log).reversed().prefix { $0 != 0x0a }.count
        tail.logs.write(Array(rest[begun...]) + [0x0a], to: log)
        written.append(String(decoding: rest, as: UTF8.self))
        rest = []
    }

    /// The last line may never be finished.
    private mutating func rotate() {
        if !rest.isEmpty {
            cut.append(
                String(decoding: tail.logs.bytes(log).reversed().prefix { $0 != 0x0a }.reversed(), as: UTF8.self))
            rest = []
        }
        backups += 1
        tail.logs.rename(log, to: backup(backups))
        tail.logs.create(log)
    }

    private mutating func emptyLog() {
        if !rest.isEmpty {
            cut.append(
                String(decoding: tail.logs.bytes(log).reversed().prefix { $0 != 0x0a }.reversed(), as: UTF8.self))
            rest = []
        }
        tail.logs.truncate(log)
    }

    mutating func compare() async throws {
        finishLine()
        try await tail.settle()
        #expect(try await tail.look().bytesBehind == 0)
        try await tail.writer.seal()
        #expect(try tail.events().sorted() == written.sorted())
        #expect(try await tail.quarantined().sorted() == cut.sorted())
        #expect(try tail.store.problems().isEmpty)
    }
}
