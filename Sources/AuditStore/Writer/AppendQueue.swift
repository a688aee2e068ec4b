import Synchronization

/// The appends that wait: for room, and then for their commit.
final class AppendQueue: Sendable {
    /// An append and who waits for it.
    struct Waiting: Sendable {
        var id: UInt64
        var append: PendingAppend
        var bytes: Int { append.bytes }
        var continuation: CheckedContinuation<AppendReceipt, any Error>
    }

    private struct State {
        var nextID: UInt64 = 0
        /// Have no room yet; first come, first served.
        var outside: [Waiting] = []
        /// Have room.
        var inside: [Waiting] = []
        /// Have room, and wait for something else before they can be committed.
        var postponed: [Waiting] = []
        var bytes = 0
        /// Somebody takes what is inside.
        var isTaken = false
        /// Why no append is accepted any more.
        var failure: AuditStoreError?
        var drained: [CheckedContinuation<Void, Never>] = []

        /// Lets in those who have room, each in its turn: a large append is not passed by small ones for ever.
        mutating func admit(_ limit: Int) {
            var admitted = 0
            while admitted < outside.count, bytes == 0 || bytes + outside[admitted].bytes <= limit {
                bytes += outside[admitted].bytes
                inside.append(outside[admitted])
                admitted += 1
            }
            if admitted > 0 { outside.removeFirst(admitted) }
        }

        /// Takes back an append whose commit has not begun.
        mutating func withdraw(_ id: UInt64) -> Waiting? {
            for part in [\State.inside, \.postponed] {
                guard let index = self[keyPath: part].firstIndex(where: { $0.id == id }) else { continue }
                return self[keyPath: part].remove(at: index)
            }
            return nil
        }

        /// Whether somebody has to be called to take what is inside: he is taken to be at it from now on.
        mutating func needsStart() -> Bool {
            guard !isTaken, !inside.isEmpty else { return false }
            isTaken = true
            return true
        }

        /// Gives the room of appends back that are neither inside nor postponed any more.
        ///
        /// - Returns: whether somebody has to be called to take what has room now: he who gave room may have been the last to be waited for.
        mutating func makeRoom(_ room: Int, _ limit: Int) -> Bool {
            bytes -= room
            admit(limit)
            let starts = needsStart()
            noteDrained()
            return starts
        }

        /// Tells who waits for the end, if nobody is left.
        mutating func noteDrained() {
            guard !isTaken, postponed.isEmpty else { return }
            for continuation in drained { continuation.resume() }
            drained = []
        }
    }
    private let state = Mutex(State())
    private let limit: Int
    /// Called when there is something to take and nobody takes it.
    private let start: @Sendable () -> Void

    init(bytesInFlight: Int, start: @escaping @Sendable () -> Void) {
        limit = bytesInFlight
        self.start = start
    }

    /// Bytes of appends that have room.
    var bytesInFlight: Int { state.withLock { $0.bytes } }

    /// Waits until the append is committed. Cancellation takes it back as long as its commit has not begun.
    func submit(_ append: PendingAppend) async throws -> AppendReceipt {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (starts, failure) = state.withLock { state -> (Bool, (any Error)?) in
                    if let failure = state.failure { return (false, failure) }
                    // The handler of a cancellation that comes after this finds the append.
                    if Task.isCancelled { return (false, CancellationError()) }
                    state.outside.append(Waiting(id: id, append: append, continuation: continuation))
                    state.admit(limit)
                    return (state.needsStart(), nil)
                }
                if let failure { continuation.resume(throwing: failure) }
                if starts { start() }
            }
        } onCancel: {
            let (cancelled, starts) = state.withLock { state -> (Waiting?, Bool) in
                if let index = state.outside.firstIndex(where: { $0.id == id }) {
                    let waiting = state.outside.remove(at: index)
                    // A large one may have been in the way of small ones.
                    return (waiting, state.makeRoom(0, limit))
                }
                guard let waiting = state.withdraw(id) else { return (nil, false) }
                return (waiting, state.makeRoom(waiting.bytes, limit))
            }
            if starts { start() }
            cancelled?.continuation.resume(throwing: CancellationError())
        }
    }

    /// The next appends to be committed together; nil if there are none, and then taking is over.
    func take(atMost bytes: Int) -> [Waiting]? {
        state.withLock { state in
            var sum = 0
            var count = 0
            while count < state.inside.count, count == 0 || sum + state.inside[count].bytes <= bytes {
                sum += state.inside[count].bytes
                count += 1
            }
            guard count > 0 else {
                state.isTaken = false
                state.noteDrained()
                return nil
            }
            let taken = Array(state.inside[..<count])
            state.inside.removeFirst(count)
            return taken
        }
    }

    /// Lays appends that were taken aside, until `goOn` or `refusePostponed`.
    func postpone(_ appends: [Waiting]) { state.withLock { $0.postponed += appends } }

    /// Has those that were postponed taken next.
    func goOn() {
        let starts = state.withLock { state in
            state.inside.insert(contentsOf: state.postponed, at: 0)
            state.postponed = []
            return state.needsStart()
        }
        if starts { start() }
    }

    /// Those that were postponed fail.
    func refusePostponed(_ error: any Error) {
        let (refused, starts) = state.withLock { state in
            let refused = state.postponed
            state.postponed = []
            return (refused, state.makeRoom(refused.reduce(0) { $0 + $1.bytes }, limit))
        }
        if starts { start() }
        for waiting in refused { waiting.continuation.resume(throwing: error) }
    }

    /// Gives the room of appends back, whose commit is over.
    func release(_ appends: [Waiting]) {
        let starts = state.withLock { $0.makeRoom(appends.reduce(0) { $0 + $1.bytes }, limit) }
        if starts { start() }
    }

    /// Accepts no append any more. Those that wait fail too, unless they `finish`.
    func close(_ failure: AuditStoreError, finish: Bool) {
        let refused = state.withLock { state -> [Waiting] in
            state.failure = state.failure ?? failure
            guard !finish else { return [] }
            let refused = state.inside + state.postponed + state.outside
            for waiting in state.inside + state.postponed { state.bytes -= waiting.bytes }
            state.inside = []
            state.postponed = []
            state.outside = []
            return refused
        }
        for waiting in refused { waiting.continuation.resume(throwing: failure) }
    }

    /// Returns when nobody waits any more.
    func drain() async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                let isDrained = !state.isTaken && state.postponed.isEmpty
                if !isDrained { state.drained.append(continuation) }
                return isDrained
            }
            if isDrained { continuation.resume() }
        }
    }
}
