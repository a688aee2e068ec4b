import Synchronization

/// Keeps a merge within its share of the disk, out of the way of appends, and ends it when it is not wanted any more.
final class CompactionThrottle: Sendable {
    private let bytesPerSecond: Int?
    /// Appends wait, or wait for a seal.
    private let isPressed: @Sendable () -> Bool
    /// Another compaction begins, which takes over.
    private let isUnwanted: @Sendable () -> Bool

    private struct State {
        /// Until when the bytes that were counted last as long as they may.
        var paidUntil = ContinuousClock.now
        /// When it last waited for appends.
        var lastWait = ContinuousClock.now
    }
    private let state = Mutex(State())

    /// Waits are divided so, that cancellation is seen in time.
    private static let slice = Duration.milliseconds(10)
    /// Time that may be used at once after a pause.
    private static let burst = Duration.milliseconds(250)
    /// Under pressure: so long a wait after so much work. It never stops wholly, or a store that is always busy would have
    /// more and more small segments.
    private static let pressureWait = Duration.milliseconds(90)
    private static let pressureWork = Duration.milliseconds(10)

    /// - Parameter bytesPerSecond: nil for as many as the disk takes.
    init(
        bytesPerSecond: Int? = nil, isPressed: @escaping @Sendable () -> Bool = { false },
        isUnwanted: @escaping @Sendable () -> Bool = { false }
    ) {
        self.bytesPerSecond = bytesPerSecond
        self.isPressed = isPressed
        self.isUnwanted = isUnwanted
    }

    /// Counts bytes that were read or written; the next `keepPace` waits for them.
    func add(bytes: Int) {
        guard let bytesPerSecond else { return }
        state.withLock {
            $0.paidUntil = max($0.paidUntil, .now - Self.burst) + .seconds(1) * (Double(bytes) / Double(bytesPerSecond))
        }
    }

    /// Waits as long as it has to.
    ///
    /// - Throws: `CancellationError`; `SegmentMerge.Superseded`.
    @Sendable func keepPace() throws {
        try check()
        while bytesPerSecond != nil, state.withLock({ $0.paidUntil }) > .now { try pause(Self.slice) }
        guard isPressed(), state.withLock({ .now - $0.lastWait }) >= Self.pressureWork else { return }
        let start = ContinuousClock.now
        while .now - start < Self.pressureWait, isPressed() { try pause(Self.slice) }
        state.withLock { $0.lastWait = .now }
    }

    private func pause(_ duration: Duration) throws {
        SystemClock.sleep(duration)
        try check()
    }

    private func check() throws {
        try Task.checkCancellation()
        if isUnwanted() { throw SegmentMerge.Superseded() }
    }
}
