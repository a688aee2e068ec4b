import AuditStore
import TestSupport

@testable import AuditStore

/// A store on a simulated disk, and beside it what it has to hold.
final class Simulation {
    private let history: CrashHistory
    private var files = MemoryFileSystem()
    private var store: TestStore
    private var writer: StreamWriter?

    /// Numbers of events; the text of each is given by its number.
    private var nextEvent = 0
    /// Acknowledged: they have to be there, once.
    private var acknowledged: Set<Int> = []
    /// Those of a stream, in order.
    private var order: [Int] = []
    /// Not acknowledged: each may be there, once.
    private var possible: Set<Int> = []
    /// Acknowledged and not synced: a loss of power may cost them.
    private var unsynced: Set<Int> = []
    /// The writer found them in the WAL and has not sealed them yet: it knows them, and a loss of power may cost those that
    /// nobody acknowledged.
    private var left: Set<Int> = []
    /// The file that was not loaded to its end yet.
    private var file: (name: String, events: [Int])?
    private var nextFile = 0
    private var isFull = false
    private var retention = RetentionModel()
    /// Backups that were made, with the events of each in their order.
    private var backups: [(path: String, events: [Int])] = []
    private var nextBackup = 0

    private struct Wrong: Error { var what: String }

    init(_ history: CrashHistory) {
        self.history = history
        // All days of the events are over.
        files.wait(microseconds: 10 * 86_400_000_000)
        store = TestStore(files)
    }

    private func text(of event: Int) -> [UInt8] {
        isOld(event) ? streamed(event, month: "2023-05", day: 15) : streamed(event, day: 16 + event % history.days)
    }

    private func isOld(_ event: Int) -> Bool { history.hasOld && event % 3 == 1 }

    /// What is wrong after the step; nil if nothing is.
    func run(_ step: CrashHistory.Step) async -> String? {
        var random = SeededRandom(seed: step.seed)
        files.inject(step.fault)
        do {
            do { try await act(step.action, &random) } catch let error as AuditStoreError {
                let isExpected = files.hasFailed || error.code == .diskFull && isFull
                guard isExpected else { throw Wrong(what: "\(error)") }
                // A writer that has stopped is closed, and the next step opens another.
                if error.code == .syncFailed || error.code == .closed {
                    try? await writer?.close()
                    writer = nil
                }
            }
            settleLeft()
            let died = if case .dies = step.fault { files.hasFailed } else { false }
            files.inject(nil)
            if died { crash(losesPower: random.oneIn(2), &random) }
            try check()
        } catch { return (error as? Wrong)?.what ?? "\(error)" }
        return nil
    }

    private func act(_ action: CrashHistory.Action, _ random: inout SeededRandom) async throws {
        switch action {
        case .append(let count):
            let events = Array(nextEvent..<nextEvent + count)
            nextEvent += count
            try await append(events)
        case .appendAgain:
            guard nextEvent > 0 else { return }
            let known = (0..<1 + random.below(5)).map { _ in random.below(nextEvent) }
            // Files and streams do not know of each other's duplicates.
            let loaded = Set((0..<nextEvent).filter { fileEvents.contains($0) })
            try await append(known.filter { !loaded.contains($0) })
        case .seal:
            let writer = try await open()
            try await writer.seal()
            unsynced = []
            settleLeft()
        case .close:
            let writer = try await open()
            self.writer = nil
            try await writer.close()
            unsynced = []
            isLeftSealed()
        case .ingest(let count): try await ingest(count)
        case .compact: if try store.directory.exists { _ = try store.core.compact() }
        case .delete(let digit): try await delete(digit)
        case .retain: try await retain()
        case .hold(let digit, let isOn): try await hold(digit, isOn)
        case .compactBeside:
            let writer = try await open()
            // Seeing what there is, and then that nothing comes to it.
            if try await writer.compaction?.step() == false { _ = try await writer.compaction?.step() }
        case .backup: try backup()
        case .room(let bytes):
            isFull = bytes != nil
            files.setCapacity(bytes.map { files.usedBytes + $0 })
        case .kill: crash(losesPower: false, &random)
        case .losePower: crash(losesPower: true, &random)
        }
    }

    private func open() async throws -> StreamWriter {
        if let writer { return writer }
        var options = WriterOptions.still
        options.durability = history.durability
        options.sealBytes = history.sealBytes
        options.chunkBytes = 1000
        options.sealsBeside = false
        // Steps are taken one by one.
        options.compaction = CompactionOptions()
        options.compaction?.interval = .seconds(1_000_000)
        options.compaction?.settleTime = .zero
        options.compaction?.bytesPerSecond = .max
        let writer = try await store.core.writer(options)
        self.writer = writer
        // What is in segments now stays, and what is not there now does not come back.
        let (found, sealed) = try files.undisturbed {
            (Set(try self.found()), Set(try self.found(in: store, isSealed: true)))
        }
        acknowledged.formUnion(sealed)
        retention.settle(found: found, holds: try files.undisturbed { try self.holds() })
        possible = found.subtracting(acknowledged)
        left = found.subtracting(sealed)
        unsynced.subtract(sealed)
        settleLeft()
        return writer
    }

    /// Sees whether what was found is sealed by now.
    private func settleLeft() {
        if let writer, writer.active.sealing?.left == nil { isLeftSealed() }
    }

    private func isLeftSealed() {
        acknowledged.formUnion(left)
        possible.subtract(left)
        unsynced.subtract(left)
        left = []
    }

    private func append(_ events: [Int]) async throws {
        guard !events.isEmpty else { return }
        let new = events.filter { !acknowledged.contains($0) }
        possible.formUnion(new)
        let writer = try await open()
        let known = acknowledged.union(left)
        possible.formUnion(events.filter { !known.contains($0) })
        let receipt = try await writer.append(events.map { text(of: $0) })
        var expected: [Int] = []
        for event in events where !known.contains(event) && !expected.contains(event) { expected.append(event) }
        guard receipt.events == expected.count, receipt.duplicates == events.count - expected.count else {
            throw Wrong(what: "of \(events) \(expected) are new, and the receipt says \(receipt)")
        }
        // Those that are dropped because they are there are acknowledged as well.
        acknowledged.formUnion(events)
        possible.subtract(events)
        order += expected
        possible.subtract(expected)
        if history.durability != .everyCommit { unsynced.formUnion(expected) }
    }

    private var fileEvents: Set<Int> = []

    private func ingest(_ count: Int) async throws {
        if file == nil {
            file = ("file\(nextFile)", Array(nextEvent..<nextEvent + count))
            nextFile += 1
            nextEvent += count
            fileEvents.formUnion(file!.events)
        }
        guard let file else { return }
        possible.formUnion(file.events.filter { !acknowledged.contains($0) })
        let bytes = TestSupport.text(file.events.map { text(of: $0) })
        let report = try await store.ingest((file.name, bytes))
        if let failure = report.failures.first { throw failure.error }
        acknowledged.formUnion(file.events)
        possible.subtract(file.events)
        self.file = nil
    }

    private func crash(losesPower: Bool, _ random: inout SeededRandom) {
        writer = nil
        left = []
        files = losesPower ? files.afterPowerLoss(&random) : files.afterKill()
        isFull = false
        if losesPower {
            acknowledged.subtract(unsynced)
            order.removeAll { unsynced.contains($0) }
            possible.formUnion(unsynced)
            unsynced = []
        }
        store = TestStore(files)
    }

    // MARK: Retention

    private func holds() throws -> Set<Int> { Set(try store.manifest().retention.holds.compactMap { Int($0.name) }) }

    /// Begins what makes events go: of those that are there, the ones that are not held.
    private func begin(_ goes: (Int) -> Bool) async throws -> Set<Int> {
        let writer = try await open()
        try await writer.seal()
        unsynced = []
        settleLeft()
        let (found, holds) = try files.undisturbed { (try self.found(), try self.holds()) }
        if let wrong = retention.contradiction(holds) { throw Wrong(what: wrong) }
        let going = Set(found.filter { goes($0) && !holds.contains($0 % 10) })
        retention.begin(going)
        return going
    }

    private func delete(_ digit: Int) async throws {
        let going = try await begin { $0 % 10 == digit }
        let report = try await store.core.delete(
            where: "requestURI.endsWith('\(digit)')", since: nil, until: nil, reason: nil, by: nil, dryRun: false)
        guard report.events == UInt64(going.count) else {
            throw Wrong(what: "\(report.events) events were deleted and not \(going.count)")
        }
        retention.end(going)
    }

    private func retain() async throws {
        let going = try await begin(isOld)
        let report = try store.core.retain(dryRun: false, force: true, by: nil)
        guard report.events == UInt64(going.count) else {
            throw Wrong(what: "\(report.events) events expired and not \(going.count)")
        }
        retention.end(going)
    }

    private func hold(_ digit: Int, _ isOn: Bool) async throws {
        _ = try await open()
        guard try files.undisturbed({ try holds() }).contains(digit) != isOn else { return }
        retention.beginHold(digit)
        if isOn {
            try store.core.addHold(
                "\(digit)", where: "requestURI.endsWith('\(digit)')", since: nil, until: nil, reason: nil, by: nil)
        } else {
            try store.core.removeHold("\(digit)", reason: nil, by: nil)
        }
        retention.endHold(digit, isOn)
    }

    // MARK: Backups

    private func backup() throws {
        guard try store.directory.exists else { return }
        nextBackup += 1
        let path = "/backup\(nextBackup)"
        var options = BackupOptions()
        options.copies = nextBackup % 2 == 0
        options.earlier = nextBackup % 3 == 0 ? backups.last?.path : nil
        do { _ = try store.core.backup(to: path, options: options) } catch {
            // Complete, or no store. A process that died may have left all of it.
            try files.undisturbed {
                guard try TestStore(files, path: path).directory.exists else { return }
                try checkBackup(path)
            }
            throw error
        }
        try files.undisturbed { backups.append((path, try checkBackup(path))) }
    }

    @discardableResult
    private func checkBackup(_ path: String) throws -> [Int] {
        let events = try found(in: TestStore(files, path: path))
        if let back = retention.gone.intersection(events).min() {
            throw Wrong(what: "event \(back) was deleted and is in \(path)")
        }
        if let lost = acknowledged.subtracting(events).subtracting(retention.mayBeGone).min() {
            throw Wrong(what: "event \(lost) was acknowledged and is not in \(path)")
        }
        if let other = Set(events).subtracting(acknowledged).subtracting(possible).min() {
            throw Wrong(what: "event \(other) is in \(path) and was refused")
        }
        return events
    }

    private func checkBackups() throws {
        for (path, events) in backups where try found(in: TestStore(files, path: path)) != events {
            throw Wrong(what: "\(path) is not what it was")
        }
    }

    // MARK: Checking

    /// The events that a reader finds; each has to be known, and there once.
    private func found() throws -> [Int] { try found(in: store) }

    private func found(in store: TestStore, isSealed: Bool = false) throws -> [Int] {
        guard try store.directory.exists else { return [] }
        var result: [Int] = []
        var seen: Set<Int> = []
        for line in lines(try isSealed ? store.sealedEvents() : store.events()) where !line.isEmpty {
            // The URI is the number.
            let uri = String(decoding: line, as: UTF8.self).split(separator: "/api/").last?.prefix { $0.isNumber }
            guard let event = uri.flatMap({ Int($0) }), line.elementsEqual(text(of: event)) else {
                throw Wrong(what: "an event that was never appended: \(String(decoding: line, as: UTF8.self))")
            }
            guard seen.insert(event).inserted else { throw Wrong(what: "event \(event) is there twice") }
            result.append(event)
        }
        return result
    }

    private func check() throws {
        let found = try found()
        let all = Set(found)
        if let back = all.intersection(retention.gone).min() {
            throw Wrong(what: "event \(back) was deleted and is back")
        }
        if let lost = acknowledged.subtracting(all).subtracting(retention.mayBeGone).min() {
            throw Wrong(what: "event \(lost) was acknowledged and is lost")
        }
        if let risen = all.subtracting(acknowledged).subtracting(possible).min() {
            throw Wrong(what: "event \(risen) is there and was refused")
        }
        let streamed = Set(order)
        let certain = { !self.retention.mayBeGone.contains($0) }
        guard found.filter({ streamed.contains($0) && certain($0) }) == order.filter(certain) else {
            throw Wrong(what: "events are out of order")
        }
        guard try store.directory.exists else { return }
        try checkBackups()
        // A write that a loss of power tore is reported where it cannot be told from damage.
        let problems = try store.problems().filter { $0.location?.file.contains("/wal/") != true }
        if let problem = problems.first { throw Wrong(what: "\(problem)") }
    }
}
