import Shredding
import Synchronization

/// The process's part in the right to write: one stream, and beside it one load or compaction, share one lock.
final class WriterAccess: Sendable {
    enum Role { case stream, bulk }

    private struct State {
        var lock: WriterLock?
        var roles: Set<Role> = []
        /// What the stream of this process has not sealed yet.
        var active: ActiveSegment?
        /// Seals what the stream of this process has acknowledged.
        var seal: (@Sendable () async throws -> Void)?
    }
    private let state = Mutex(State())
    private let rewrites = Atomic(0)

    /// Takes the lock, if this process does not hold it yet.
    func begin(_ role: Role, _ directory: StoreDirectory, _ schema: ShreddingSchema) throws -> WriterLock {
        try state.withLock { state in
            guard !state.roles.contains(role) else {
                throw AuditStoreError(
                    .locked,
                    role == .stream
                        ? "this process streams into the store already; share the writer"
                        : "this process loads or compacts already; one can at a time",
                    location: .init(file: directory.location(FileNames.writerLock)))
            }
            let lock = try state.lock ?? directory.lockForWriting(schema: schema.name)
            state.lock = lock
            try lock.settle()
            state.roles.insert(role)
            return lock
        }
    }

    /// What the stream of this process has not sealed yet.
    var active: ActiveSegment? { state.withLock { $0.active } }

    /// Seals what the stream of this process has acknowledged; nil if it has none.
    var seal: (@Sendable () async throws -> Void)? { state.withLock { $0.seal } }

    func setStream(_ active: ActiveSegment?, seal: (@Sendable () async throws -> Void)?) {
        state.withLock {
            $0.active = active
            $0.seal = seal
        }
    }

    /// Somebody compacts, deletes or drops by command; what compacts beside a stream makes way.
    var isRewriting: Bool { rewrites.load(ordering: .relaxed) > 0 }

    func whileRewriting<Result>(_ body: () throws -> Result) rethrows -> Result {
        rewrites.add(1, ordering: .relaxed)
        defer { rewrites.subtract(1, ordering: .relaxed) }
        return try body()
    }

    func end(_ role: Role) {
        state.withLock { state in
            state.roles.remove(role)
            guard state.roles.isEmpty else { return }
            state.lock?.unlock()
            state.lock = nil
        }
    }
}
