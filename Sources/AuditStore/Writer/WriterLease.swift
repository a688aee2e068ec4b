import Synchronization

/// The right to stream into a store. It ends when the writer is closed, or when nothing of it is left that may write.
final class WriterLease: Sendable {
    let writer: WriterLock
    private let access: WriterAccess
    private let walLock: any FileLock
    private let isHeld = Atomic(true)

    init(_ core: StoreCore) throws {
        access = core.access
        let directory = core.directory
        writer = try access.begin(.stream, directory, core.schema)
        do {
            // Readers of what a stream left hold it while they read.
            guard let lock = try directory.files.lock(directory.location(FileNames.walLock), .exclusive, wait: true)
            else {
                throw AuditStoreError(
                    .locked, "another process streams into this store", location: .init(file: directory.path))
            }
            walLock = lock
        } catch {
            access.end(.stream)
            throw error
        }
    }

    func setStream(_ active: ActiveSegment, seal: @escaping @Sendable () async throws -> Void) {
        access.setStream(active, seal: seal)
    }

    func end() {
        guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
        access.setStream(nil, seal: nil)
        walLock.unlock()
        access.end(.stream)
    }

    deinit { end() }
}
