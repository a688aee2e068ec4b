import SegmentFormat

/// Makes appends durable, as many at once as wait: a block of the WAL for those of each origin, and one sync for all of them.
actor Committer {
    private let thread = SerialThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let directory: StoreDirectory
    private let secret: StoreSecret
    private let options: WriterOptions
    private let active: ActiveSegment
    private let sealer: Sealer
    /// Held as long as anything here may write.
    private let lease: WriterLease
    private let compressor = Compressor()

    /// The file that is appended to; nil after it could not be cut back, until the next one is begun.
    private var file: WALFile?
    /// nil until the first file is there.
    private var mark: AcknowledgedMarkFile?
    private var nextFile: UInt64
    private var nextRecord: UInt64
    private var window: DuplicateWindow
    /// What a former writer left, until it is sealed: that its events are there may not be acknowledged before.
    private var left: LeftEvents?
    private var sealsLeft = false
    private var payload = ByteArena(capacity: 1 << 16)
    private var lines = ByteArena(capacity: 1 << 16)
    /// The writer is poisoned: a sync failed.
    private var failure: AuditStoreError?

    init(
        directory: StoreDirectory, secret: StoreSecret, options: WriterOptions, active: ActiveSegment, sealer: Sealer,
        lease: WriterLease, position: WALPosition, window: DuplicateWindow, left: LeftEvents?
    ) {
        self.lease = lease
        self.left = left
        self.directory = directory
        self.secret = secret
        self.options = options
        self.active = active
        self.sealer = sealer
        nextFile = position.file
        nextRecord = position.record
        self.window = window
    }

    /// Begins the first file. Those before it are not needed if they hold no events: it has their digests. Else a writer that
    /// is opened over and over and writes nothing would fill the disk.
    func open() throws {
        let first = try beginFile()
        file = first
        mark = AcknowledgedMarkFile(directory, secret: secret)
        mark?.set(AcknowledgedMark(file: first.number, end: first.end))
        guard left == nil, lease.writer.manifest.wal.file < first.number else { return }
        try lease.writer.commit { $0.wal.file = first.number }
        try directory.removeWAL(before: first.number)
    }

    // MARK: Committing

    /// Commits what waits in the queue, until nothing does.
    func run(_ queue: AppendQueue) async {
        while let taken = queue.take(atMost: WALFormat.bytesPerGroup) {
            let appends = await postponing(taken, queue)
            guard !appends.isEmpty else { continue }
            do {
                try await makeRoom()
                let receipts = try commit(appends)
                queue.release(appends)
                for (waiting, receipt) in zip(appends, receipts) { waiting.continuation.resume(returning: receipt) }
            } catch {
                if let failure { queue.close(failure, finish: false) }
                queue.release(appends)
                for waiting in appends { waiting.continuation.resume(throwing: error) }
            }
        }
    }

    /// Lays those aside of which an event is known that may not be on the disk, until it is sealed; the others go on.
    private func postponing(_ appends: [AppendQueue.Waiting], _ queue: AppendQueue) async -> [AppendQueue.Waiting] {
        guard left != nil else { return appends }
        let isDoubtful = { (waiting: AppendQueue.Waiting) in
            waiting.append.digests.contains { self.window.isDoubtful($0) }
        }
        let postponed = appends.filter(isDoubtful)
        guard !postponed.isEmpty else { return appends }
        let others = appends.filter { !isDoubtful($0) }
        queue.postpone(postponed)
        if !options.sealsBeside {
            await sealLeft(queue)
        } else if !sealsLeft {
            sealsLeft = true
            Task { await self.sealLeft(queue) }
        }
        return others
    }

    private func sealLeft(_ queue: AppendQueue) async {
        do {
            try await sealNow()
            sealsLeft = false
            queue.goOn()
        } catch {
            sealsLeft = false
            queue.refusePostponed(error)
            if let failure { queue.close(failure, finish: false) }
        }
    }

    /// Seals what a former writer left, beside the stream. If it fails, it is tried again before the next seal.
    func sealLeft() async { if left != nil { try? await sealNow() } }

    /// All of the appends are there after this, or none of them.
    private func commit(_ appends: [AppendQueue.Waiting]) throws -> [AppendReceipt] {
        if let failure { throw failure }
        let file = try self.file ?? beginFile()
        self.file = file
        let now = directory.files.now
        window.expire(now: now)
        var batch = NewEvents(lines: lines.take())
        defer { lines = batch.lines.take() }
        let receipts = add(appends, to: &batch)
        guard batch.count > 0 else { return receipts }

        let start = file.end
        do {
            try batch.forEachBlock { events, first in
                try file.append(
                    events, firstRecord: nextRecord + UInt64(first), records: events.ends.count, time: now)
            }
        } catch {
            try cut(file, to: start)
            throw error
        }
        if options.durability == .everyCommit {
            do { try file.sync() } catch {
                // Nobody must find what the disk may not have: the system's memory says that it is there.
                try? file.cut(to: start)
                throw poison(error)
            }
        } else {
            file.startSync()
        }
        for digest in batch.digests { window.add(digest, time: now) }
        batch.forEachBlock { events, first in
            active.append(events, nextRecord: nextRecord + UInt64(first + events.ends.count))
        }
        nextRecord += UInt64(batch.count)
        mark?.set(AcknowledgedMark(file: file.number, end: file.end))
        return receipts
    }

    /// Adds the events origin by origin, so that there are few blocks. - Returns: receipts in the order of the appends.
    private func add(_ appends: [AppendQueue.Waiting], to batch: inout NewEvents) -> [AppendReceipt] {
        var receipts = Array(repeating: AppendReceipt(events: 0, duplicates: 0), count: appends.count)
        var byOrigin: [EventOrigin: [Int]] = [:]
        for index in appends.indices { byOrigin[appends[index].append.origin, default: []].append(index) }
        // In the order of their first appends: a dictionary has another one each time.
        for indices in byOrigin.values.sorted(by: { $0[0] < $1[0] }) {
            for index in indices { receipts[index] = batch.add(appends[index].append, unless: window) }
        }
        return receipts
    }

    /// Removes a block that could not be written as a whole. If that fails too, another file is begun: a later file that
    /// begins with the same number takes the block's place.
    private func cut(_ file: WALFile, to start: UInt64) throws {
        do { try file.cut(to: start) } catch {
            self.file = nil
            // Its other blocks are acknowledged, and nobody syncs it later.
            do { try file.sync() } catch { throw poison(error) }
            try? file.close()
        }
    }

    private func poison(_ cause: any Error) -> AuditStoreError {
        let error = AuditStoreError(
            .syncFailed,
            """
            the writer has stopped because a sync failed: what it was writing may or may not be on the disk. What was \
            acknowledged before stays. Close it, and open another once the disk is in order
            """, location: .init(file: directory.location(FileNames.wal)), cause: cause)
        failure = failure ?? error
        return error
    }

    /// Syncs what was acknowledged before it was on the disk.
    func sync() throws {
        if let failure { throw failure }
        guard let file, file.syncedEnd < file.end else { return }
        do { try file.sync() } catch { throw poison(error) }
    }

    // MARK: Files

    /// Begins a file, durably: it opens with the digests that are known, so that a restart does not forget them.
    private func beginFile() throws -> WALFile {
        let number = nextFile
        let file: WALFile
        do { file = try WALFile(directory, number: number, secret: secret, compressor: compressor) } catch {
            throw (error as? AuditStoreError)?.code == .syncFailed ? poison(error) : error
        }
        payload.removeAll()
        window.append(to: &payload)
        do { try file.append(window: payload.bytes, firstRecord: nextRecord, time: directory.files.now) } catch {
            try? file.close()
            try? directory.files.remove(directory.location(FileNames.walFile(number)))
            throw error
        }
        nextFile += 1
        do { try file.sync() } catch { throw poison(error) }
        return file
    }

    /// Lets what the active segment holds be sealed, and begins another file of the WAL.
    private func rotate() throws {
        // What stands in the old file must not be lost while what stands in the new one is kept.
        try sync()
        let next = try beginFile()
        try? file?.close()
        file = next
        mark?.set(AcknowledgedMark(file: next.number, end: next.end))
        active.freeze(walFile: next.number)
    }

    /// Sees to it that the active segment takes more.
    private func makeRoom() async throws {
        guard active.current.bytes >= options.sealBytes else { return }
        try await freeze()
        if options.sealsBeside {
            Task { try? await self.sealNow() }
        } else {
            try await sealNow()
        }
    }

    private func freeze() async throws {
        // Waits for the seal that is under way, and tries one again that failed.
        while active.sealing != nil { try await sealNow() }
        if let failure { throw failure }
        try rotate()
    }

    private func sealNow() async throws {
        do { try await sealer.seal() } catch let error as AuditStoreError {
            throw error.code == .syncFailed ? poison(error) : error
        }
        // It was the first to be sealed.
        guard let left else { return }
        window.settle(left.sealed)
        self.left = nil
    }

    /// Seals all that is acknowledged.
    func seal() async throws {
        if let failure { throw failure }
        if !active.isEmpty { try await freeze() }
        try await sealNow()
    }

    func sealIfOlder(than age: Duration) async throws {
        if active.sealing != nil { try await sealNow() }
        guard let begin = active.current.begin, .now - begin >= age else { return }
        try await seal()
    }

    func close() async {
        await sealer.close()
        try? file?.close()
        file = nil
        mark?.close()
        mark = nil
        failure = failure ?? AuditStoreError(.closed, "the writer was closed")
    }
}
