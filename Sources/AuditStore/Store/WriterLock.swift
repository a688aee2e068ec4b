import Synchronization

/// The right to write, and the one point through which the manifest changes: a stream, and beside it a load or a
/// compaction, commit here one after another.
package final class WriterLock: Sendable {
    private struct State {
        /// As of the last commit.
        var manifest: Manifest
        /// A commit failed, perhaps after it took effect.
        var isUncertain = false
    }
    private let lock: any FileLock
    private let directory: StoreDirectory
    private let state: Mutex<State>
    private let nextID: Atomic<UInt64>
    private let removal = Mutex(())

    init(lock: any FileLock, directory: StoreDirectory, manifest: Manifest) {
        self.lock = lock
        self.directory = directory
        state = Mutex(State(manifest: manifest))
        nextID = Atomic(manifest.nextSegmentID)
    }

    package func unlock() { lock.unlock() }

    /// The manifest as of the last commit that is known to have succeeded.
    package var manifest: Manifest { state.withLock { $0.manifest } }

    /// One at a time removes files that were replaced: a load or a compaction, and what compacts beside the stream.
    func whileRemoving<R>(_ body: () throws -> R) rethrows -> R { try removal.withLock { _ in try body() } }

    /// A number for a new segment.
    func claimID() -> UInt64 { nextID.add(1, ordering: .relaxed).oldValue }

    /// Makes sure that the manifest on the disk is the one that is known here, after a commit that failed.
    func settle() throws {
        if state.withLock({ $0.isUncertain }) { try commit { _ in } }
    }

    /// Changes the manifest, durably. What it is made to name must be durable already.
    ///
    /// - Parameter edit: gets the manifest as it is; it may look at what others did meanwhile.
    package func commit(_ edit: (inout Manifest) throws -> Void) throws {
        try state.withLock { state in
            if state.isUncertain {
                // What is read may not be durable, but it is complete, and the next manifest is written as a whole.
                state.manifest = try directory.readManifest()
                state.isUncertain = false
            }
            var next = state.manifest
            try edit(&next)
            next.nextSegmentID = nextID.load(ordering: .relaxed)
            next.generation += 1
            next.committed = directory.files.now
            state.isUncertain = true
            try directory.replaceManifest(next)
            state.manifest = next
            state.isUncertain = false
        }
    }
}

/// The numbers of the segments of one load, compaction or seal: what it leaves behind when it fails is known by them.
final class ClaimedIDs: Sendable {
    private let writer: WriterLock
    private let claimed = Mutex<[UInt64]>([])

    init(_ writer: WriterLock) { self.writer = writer }

    func next() -> UInt64 {
        let id = writer.claimID()
        claimed.withLock { $0.append(id) }
        return id
    }

    /// Removes the files that no commit named, so that they do not keep a full disk full. The manifest on disk decides: a
    /// commit may have failed after it took effect.
    func removeStrays(from directory: StoreDirectory) {
        guard let manifest = try? directory.readManifest() else { return }
        try? directory.removeStrays(manifest, among: claimed.withLock { $0 })
    }
}
