import SegmentFormat
import Shredding

/// Turns the lines of an active segment into segment files, and removes the files of the WAL that held them.
///
/// It has a thread of its own: events go on being committed meanwhile.
actor Sealer {
    private let thread = SerialThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let directory: StoreDirectory
    private let schema: ShreddingSchema
    private let classifiers: RetentionClassifiers
    private let writer: WriterLock
    private let active: ActiveSegment
    private let secret: StoreSecret
    /// Held as long as anything here may write.
    private let lease: WriterLease
    /// Why nothing is sealed any more.
    private var failure: AuditStoreError?

    init(
        core: StoreCore, writer: WriterLock, active: ActiveSegment, secret: StoreSecret, lease: WriterLease
    ) {
        self.lease = lease
        directory = core.directory
        schema = core.schema
        classifiers = core.classifiers
        self.writer = writer
        self.active = active
        self.secret = secret
    }

    /// Seals what waits to be sealed, if anything does. If it fails, it may be asked again: nothing is lost and nothing
    /// there twice. After a failed sync it fails for good.
    func seal() throws {
        if let failure { throw failure }
        guard let part = active.sealing else { return }
        let ids = ClaimedIDs(writer)
        do {
            // A commit may have failed after it took effect.
            try writer.settle()
            if writer.manifest.wal != part.end { try commit(part, ids) }
        } catch {
            ids.removeStrays(from: directory)
            if let error = error as? AuditStoreError, error.code == .syncFailed { failure = error }
            throw error
        }
        active.dropSealed()
        // What cannot be removed now does not count any more, and is removed by the next writer.
        try? directory.removeWAL(before: part.end.file)
    }

    func close() { failure = failure ?? AuditStoreError(.closed, "the writer was closed") }

    private func commit(_ part: ActiveSegment.Part, _ ids: ClaimedIDs) throws {
        // That of now: the policy may have changed since the events came.
        let classifier = try classifiers.classifier(writer.manifest.retention)
        var results: [ChunkResult] = []
        // Each chunk tells where its events are from.
        let worker = ChunkWorker(
            directory: directory, schema: schema, options: IngestOptions(), ids: ids, classifier: classifier)
        func process(_ chunk: Chunk) throws {
            // What a former writer left may be many chunks, and a process may have few files open.
            if results.count > 1 { try results[results.count - 2].settle() }
            results.append(try worker.process(chunk, index: 0))
        }
        var damage: [WALDamage] = []
        var progress = part.progress
        if let left = part.left {
            let (replay, read) = try left.forEachChunk(process)
            left.sealed = replay.found
            damage = replay.damage
            progress = read
        }
        for chunk in part.chunks { try process(chunk) }
        if !damage.isEmpty { results += try quarantine(damage, worker) }
        for index in results.indices { try results[index].settle() }
        try directory.syncNames(of: results)
        try keepUnreadable(damage)
        try writer.commit { manifest in
            let first = manifest.nextSequence
            for result in results { result.add(to: &manifest) }
            manifest.streamed.seal(sequence: first, count: manifest.nextSequence - first)
            for progress in progress { manifest.record(progress) }
            manifest.wal = part.end
        }
    }

    /// Gives files with parts that cannot be read another name, under which they stay: another machine may be able to.
    private func keepUnreadable(_ damage: [WALDamage]) throws {
        for number in Set(damage.filter { $0.kind == .unreadable }.map(\.file)) {
            let kept = directory.location(FileNames.unreadableWAL(number))
            guard try directory.files.kind(of: kept) == nil else { continue }
            _ = try directory.files.link(directory.location(FileNames.walFile(number)), to: kept)
        }
    }

    /// Keeps the bytes of what is damaged.
    private func quarantine(_ damage: [WALDamage], _ worker: ChunkWorker) throws -> [ChunkResult] {
        var results: [ChunkResult] = []
        for found in damage {
            let reader = try WALReader(directory, number: found.file, secret: secret)
            var done: UInt64 = 0
            while done < found.length {
                let count = Int(min(found.length - done, UInt64(Chunk.capacity)))
                let bytes = try reader.bytes(at: found.offset + done, count: count)
                let chunk = Chunk(capacity: count)
                chunk.base.copyMemory(from: bytes.baseAddress!, byteCount: count)
                chunk.count = count
                chunk.input = FileNames.walFile(found.file)
                chunk.offset = found.offset + done
                chunk.content = .piece(
                    reason: found.kind == .unreadable
                        ? "a part of the WAL that cannot be read, with zeros for what is missing"
                        : "a damaged part of the WAL", isFirst: done == 0,
                    isLast: done + UInt64(count) == found.length)
                results.append(try worker.process(chunk, index: 0))
                done += UInt64(count)
            }
        }
        return results
    }
}

extension StoreDirectory {
    /// Removes files of the WAL whose events are in segments.
    func removeWAL(before number: UInt64) throws(AuditStoreError) {
        for file in try walFiles() where file < number { try files.remove(location(FileNames.walFile(file))) }
    }
}
