/// Events of streams that are in no segment yet, as queries see them.
extension StoreCore {
    /// The state of now: the segments of the manifest, and what a stream has not sealed.
    ///
    /// The process of the writer sees all that is acknowledged. Others see what is sealed while a writer is alive, and
    /// after it died also what it left in the WAL, for which nothing has to be written.
    package func snapshot() throws -> Snapshot { try state().snapshot }

    /// The same, with the manifest that it is of.
    func state() throws -> (manifest: Manifest, snapshot: Snapshot) {
        while let active = access.active {
            do {
                return try directory.snapshot(cache: cache) {
                    let views = try active.segments(from: $0.wal, firstSequence: $0.nextSequence)
                    // What another writer seals after this one was closed, this one never learns of.
                    if views == nil, access.active !== active { throw WriterIsGone() }
                    return views
                }
            } catch is WriterIsGone {}
        }
        // Before the manifest is read: no writer seals meanwhile.
        let lock = try lockLeftWAL()
        defer { lock?.unlock() }
        return try directory.snapshot(cache: cache) { lock == nil ? [] : try leftSegments($0) }
    }

    private struct WriterIsGone: Error {}

    /// nil if there is no WAL, or if a writer is alive.
    func lockLeftWAL() throws -> (any FileLock)? {
        let path = directory.location(FileNames.walLock)
        guard try directory.files.kind(of: path) != nil else { return nil }
        return try directory.files.lock(path, .shared, wait: false)
    }

    private func leftSegments(_ manifest: Manifest) throws -> [MemorySegments.View]? {
        guard let secret = manifest.secret else { return [] }
        return try LeftEvents(directory, schema: schema, position: manifest.wal, secret: secret)
            .segments(firstSequence: manifest.nextSequence)
    }

    /// Seals what the WAL tells of how far inputs were read: they are recognised by what the manifest says.
    func sealProgress(_ writer: WriterLock) async throws {
        if access.active != nil {
            if hasUnsealedProgress { try await access.seal?() }
        } else if try hasLeftProgress(writer.manifest) {
            // Whoever follows the logs is dead.
            var options = WriterOptions()
            (options.sealAge, options.compaction) = (nil, nil)
            try await self.writer(options).close()
        }
    }

    /// Whether a former writer read inputs farther than the manifest says. Nobody else streams: the right to write is this process's.
    private func hasLeftProgress(_ manifest: Manifest) throws -> Bool {
        guard let secret = manifest.secret else { return false }
        var isFound = false
        var replay = WALReplay(directory, position: manifest.wal, secret: secret)
        try replay.check(
            window: { _, _, _ in }, block: { header, _ in isFound = isFound || header.kind == .readEvents })
        return isFound
    }

    /// What is wrong with the WAL that a writer left.
    func verifyLeftWAL() throws -> RecoveryReport {
        guard let lock = try lockLeftWAL() else { return RecoveryReport() }
        defer { lock.unlock() }
        // A manifest that cannot be read is reported by those who need more of it.
        guard let manifest = try? directory.readManifest(), let secret = manifest.secret else {
            return RecoveryReport()
        }
        var replay = WALReplay(directory, position: manifest.wal, secret: secret)
        try replay.run { _, _ in }
        return replay.report
    }
}
