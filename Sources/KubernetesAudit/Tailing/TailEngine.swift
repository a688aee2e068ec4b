import AuditStore

/// Looks at the logs, and takes what is new in them. It waits for nothing but the store.
actor TailEngine {
    private let thread = SerialThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// What one look found.
    struct Look: Sendable {
        var status: TailStatus
        /// Something was taken, and there may be more.
        var hasRead = false
        /// All directories are watched.
        var isWatched = true
        /// When there is something to do although nothing changes.
        var next: Duration?
    }

    private struct Settled {
        var status: LogFileStatus
        /// Why it cannot be read.
        var problem: String?
    }

    let core: StoreCore
    let writer: StreamWriter
    let files: any TailFileSystem
    let options: TailOptions
    private let scan: TailScan
    /// What is known of inputs, in the store and in its WAL.
    var checkpoints: [InputCheckpoint]?
    var followed: [FollowedLog] = []
    /// Files of which nothing is new as long as they stay like this.
    private var settled: [LogFileStatus.ID: Settled] = [:]
    var status = TailStatus()
    var problems: [String: String] = [:]
    /// When there is something to do, in microseconds since 1970.
    private var due: Int64?
    private var hasRead = false
    private var isWatched = true
    private let buffer = ReadBuffer()

    init(core: StoreCore, writer: StreamWriter, paths: [String], files: any TailFileSystem, options: TailOptions) {
        self.core = core
        self.writer = writer
        self.files = files
        self.options = options
        scan = TailScan(paths: paths, files: files)
    }

    /// - Parameter atNames: also at which files there are; else only whether those that are followed have grown.
    func look(atNames: Bool, _ changes: (any FileChanges)? = nil) async throws -> Look {
        var look = Look(status: status)
        (hasRead, due) = (false, nil)
        if atNames { problems = [:] }
        if try await knowsCheckpoints() {
            // Before others are looked at: a copy of a log is known by what was read of the log.
            for log in followed { try await readOn(log.id) }
            if atNames {
                if let changes { isWatched = scan.watch(changes) }
                try await lookAtNames()
            }
            try await retire()
        }
        status.logs = followed.map {
            TailStatus.Log(path: $0.path, offset: $0.offset, behind: $0.size - min($0.size, $0.offset))
        }
        status.problems = problems.map { TailStatus.Problem(path: $0, message: $1) }.sorted { $0.path < $1.path }
        look.status = status
        look.hasRead = hasRead
        look.isWatched = isWatched
        look.next = due.map { .microseconds(max(0, $0 - files.now)) }
        return look
    }

    /// Learns how far logs were read. If that cannot be told now, for example because the disk is full, it is tried again.
    private func knowsCheckpoints() async throws -> Bool {
        guard checkpoints == nil else { return true }
        do {
            // What a former writer left in the WAL says how far it had read, and is not in the manifest until it is sealed.
            if core.hasUnsealedProgress { try await writer.seal() }
            checkpoints = try core.directory.readManifest().checkpoints
        } catch { try note(error, core.directory.path) }
        return checkpoints != nil
    }

    /// Looks again then.
    func wait(until time: Int64) { due = min(due ?? .max, time) }

    func wait(_ duration: Duration) { wait(until: files.now + Int64(duration / .microseconds(1))) }

    // MARK: Names

    private func lookAtNames() async throws {
        let found = scan.run { problems[$0] = $1 }
        for index in followed.indices {
            let log = followed[index]
            followed[index].isListed = false
            followed[index].isReplaced = found.contains { $0.path == log.writtenAs && $0.status.id != log.id }
        }
        for (path, known) in found {
            if let index = followed.firstIndex(where: { $0.id == known.id }) {
                followed[index].isListed = true
                followed[index].path = path
            } else if let same = settled[known.id], same.status == known {
                problems[path] = same.problem
            } else {
                do { try await examine(path, known) } catch { try note(error, path) }
            }
        }
        let ids = Set(found.map(\.status.id))
        settled = settled.filter { ids.contains($0.key) }
        status.waiting = ids.count { id in settled[id] == nil && !followed.contains { $0.id == id } }
    }

    /// Keeps what happened for people to read; it is tried again. What stops the writer stops the tail.
    func note(_ error: any Error, _ path: String) throws {
        if error is CancellationError { throw error }
        if let error = error as? AuditStoreError, error.code == .syncFailed || error.code == .closed { throw error }
        problems[path] = "\(error)"
        wait(.seconds(1))
    }

    /// Looks at a file that is new here, or has changed since.
    private func examine(_ path: String, _ found: LogFileStatus) async throws {
        let name = TailPath.name(path)
        guard !RotatedName.isUnreadable(name) else {
            problems[path] = "it is compressed in a way that is not supported"
            return
        }
        let isBackup = RotatedName.isBackup(name)
        let settle = Int64(options.backupSettle / .microseconds(1))
        if isBackup, files.now - found.modified < settle { return wait(until: found.modified + settle) }
        let file = try files.open(path)
        let known = try file.status()
        guard known.kind == .file, !followed.contains(where: { $0.id == known.id }) else { return }
        guard try HeldLogInput(file, name: path, canGrow: true).isPlain else {
            return try await readCompressed(file, path, known)
        }
        var log = FollowedLog(file, known, path: path, now: files.now)
        try log.restart(checkpoints ?? [])
        if let place = log.checkpoint, isReading(place) { return wait(options.rotatedSettle) }
        if log.isBehind || isBackup && log.offset == known.size && known.size > 0 {
            settled[known.id] = Settled(status: known)
            return
        }
        followed.append(log)
        try await readOn(known.id)
        try await retire()
    }

    /// Whether a log that is held is read from there: then this one is a copy of it. What the copy has more than was read, the log has,
    /// too, unless it is truncated; and the one that is left reads it.
    private func isReading(_ place: InputCheckpoint) -> Bool {
        guard let index = followed.firstIndex(where: { $0.checkpoint?.isSamePlace(as: place) ?? false }) else {
            return false
        }
        // Nobody waits for a log that has no name any more, and is silent.
        if !followed[index].isListed { followed[index].isReplaced = true }
        return true
    }

    /// Compressed logs are finished: what is new in one is loaded at once.
    private func readCompressed(_ file: any HeldFile, _ path: String, _ known: LogFileStatus) async throws {
        do {
            let input = try HeldLogInput(file, name: path, canGrow: false)
            let (place, hasMore) = try InputPlace.of(input, checkpoints: checkpoints ?? [])
            if case .after(let checkpoint, _) = place, hasMore, isReading(checkpoint) {
                return wait(options.rotatedSettle)
            }
            if case .behind = place {} else if hasMore { try await load(file, path, canGrow: false) }
            settled[known.id] = Settled(status: known)
        } catch let error as SourceError {
            // It may still be being written. If not, it is damaged, and this stays to be told.
            settled[known.id] = Settled(status: known, problem: "\(error)")
            problems[path] = "\(error)"
        }
    }

    // MARK: Reading

    /// Takes what is new in a log.
    private func readOn(_ id: LogFileStatus.ID) async throws {
        guard let index = followed.firstIndex(where: { $0.id == id }) else { return }
        do {
            let now = try followed[index].file.status()
            let hasChanged = now.size != followed[index].size || now.modified != followed[index].modified
            (followed[index].size, followed[index].modified) = (now.size, now.modified)
            if hasChanged {
                followed[index].changed = files.now
                if try isAnother(followed[index]) {
                    try followed[index].restart(checkpoints ?? [])
                    status.truncations += 1
                }
            }
            while try await readPiece(id, takesRest: false) {}
        } catch { try note(error, followed.first { $0.id == id }?.path ?? "") }
    }

    /// Whether the bytes are gone that were read last: it was truncated, and perhaps has grown since.
    private func isAnother(_ log: FollowedLog) throws -> Bool {
        if log.isBehind || log.size < log.offset { return true }
        let start = log.offset - UInt64(log.recent.count)
        return try SizedFile(log.file).bytes(from: start, to: log.offset) != log.recent
    }

    /// Takes the next whole lines.
    ///
    /// - Parameter takesRest: also a last line that has no end.
    /// - Returns: whether there may be more.
    private func readPiece(_ id: LogFileStatus.ID, takesRest: Bool) async throws -> Bool {
        guard let index = followed.firstIndex(where: { $0.id == id }) else { return false }
        let log = followed[index]
        let waiting = log.size - min(log.size, log.offset)
        guard waiting > 0, !log.isBehind,
            log.longLineSize.map({ takesRest || log.size >= $0 + UInt64(options.bulkBytes) }) ?? true
        else { return false }
        if waiting >= UInt64(options.bulkBytes) || takesRest && waiting >= UInt64(StreamWriter.bytesPerEvent) {
            return try await loadRest(id, canGrow: !takesRest)
        }
        let count = try fill(from: log, waiting)
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer.bytes)[..<count])
        let skipped =
            log.recent.isEmpty ? bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0 : lineEnd(bytes, log, takesRest)
        let end = bytes.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        let taken = takesRest && UInt64(count) == waiting ? count : end
        guard taken > skipped else {
            // A line end that came late is no event; it is passed over with the next line.
            return false
        }
        let all = UnsafeRawBufferPointer(rebasing: bytes[..<taken])
        let lines = Array(bytes[skipped..<taken])
        let receipt: AppendReceipt
        do {
            let progress = log.progress(taking: all)
            receipt = try await writer.append(lines: lines, read: progress)
            remember(progress)
            // Others may have been added meanwhile, and none removed.
            guard let index = followed.firstIndex(where: { $0.id == id }) else { return false }
            followed[index].take(all)
            followed[index].checkpoint = progress.checkpoint
        } catch let error as AuditStoreError where error.code == .limit {
            return try await loadRest(id, canGrow: !takesRest)
        }
        (hasRead, status.commits) = (true, status.commits + 1)
        status.lines += UInt64(receipt.events)
        status.bytes += UInt64(lines.count)
        status.lastRead = Instant(microseconds: files.now)
        status.newestEvent = lines.withUnsafeBytes(EventTimeText.last) ?? status.newestEvent
        return UInt64(taken) < waiting
    }

    /// The bytes of a line end that a former load did not wait for.
    private func lineEnd(_ bytes: UnsafeRawBufferPointer, _ log: FollowedLog, _ takesRest: Bool) -> Int {
        guard let last = log.recent.last, last != 0x0a else { return 0 }
        return bytes.starts(with: [0x0d, 0x0a]) ? 2 : bytes.first == 0x0a ? 1 : 0
    }

    /// Reads from where the log was read to: so much that a line ends in it, if one does and is short enough to be an event.
    private func fill(from log: FollowedLog, _ waiting: UInt64) throws -> Int {
        var wanted = Int(min(waiting, UInt64(options.bytesPerAppend)))
        while true {
            let target = buffer.room(for: wanted)
            let n = try log.file.read(at: log.offset, into: target)
            if n < wanted || UInt64(wanted) == waiting || target.contains(0x0a) { return n }
            wanted = Int(min(waiting, UInt64(wanted) * 4))
        }
    }

    /// Loads the rest of a log as a file is loaded.
    private func loadRest(_ id: LogFileStatus.ID, canGrow: Bool) async throws -> Bool {
        guard let log = followed.first(where: { $0.id == id }) else { return false }
        // What it took before it failed is taken all the same.
        let result = await Result { try await load(log.file, log.path, canGrow: canGrow) }
        guard let index = followed.firstIndex(where: { $0.id == id }) else { return false }
        let before = log.offset
        try followed[index].restart(checkpoints ?? [])
        try result.get()
        followed[index].longLineSize = followed[index].offset == before ? log.size : nil
        return followed[index].offset > before && followed[index].offset < log.size
    }

    func load(_ file: any HeldFile, _ path: String, canGrow: Bool) async throws {
        var ingest = IngestOptions()
        ingest.source = options.source
        ingest.cluster = options.cluster
        let source = IngestSource(name: path, isRepeatable: true) {
            try HeldLogInput(file, name: path, canGrow: canGrow)
        }
        let report: IngestReport
        do { report = try await core.ingest([source], options: ingest) } catch {
            // It may have got ahead, and others may be farther in the WAL: of two places of one input the farther one counts.
            let known = checkpoints ?? []
            checkpoints =
                try core.directory.readManifest().checkpoints.filter { place in
                    !known.contains { $0.isSamePlace(as: place) }
                } + known
            throw error
        }
        checkpoints = try core.directory.readManifest().checkpoints
        (hasRead, status.commits) = (true, status.commits + 1)
        status.lines += report.events + report.quarantined
        status.bytes += report.bytes
        status.lastRead = Instant(microseconds: files.now)
        if let failure = report.failures.first { throw failure.error }
    }

    private func remember(_ progress: InputProgress) {
        checkpoints?.removeAll { progress.former?.isSamePlace(as: $0) ?? false }
        checkpoints?.append(progress.checkpoint)
    }

    // MARK: Retiring

    /// Logs that are held open at once; those that were rotated away first are given up first.
    private static let heldLimit = 64

    /// Finishes with logs that were rotated away and do not grow any more.
    private func retire() async throws {
        let settle = Int64(options.rotatedSettle / .microseconds(1))
        for log in followed where log.isRotated || followed.count > Self.heldLimit && !log.isListed {
            guard files.now - log.changed >= settle || followed.count > Self.heldLimit else {
                wait(until: log.changed + settle)
                continue
            }
            do { while try await readPiece(log.id, takesRest: true) {} } catch {
                try note(error, log.path)
                continue
            }
            guard let index = followed.firstIndex(where: { $0.id == log.id }) else { continue }
            let last = followed.remove(at: index)
            if log.isListed {
                settled[log.id] = Settled(
                    status: LogFileStatus(id: log.id, kind: .file, size: last.size, modified: last.modified))
            }
        }
    }
}

extension Result where Failure == any Error {
    /// What the body returns or throws.
    fileprivate init(isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
