internal import Synchronization

/// One line on standard error that shows how far a long piece of work is.
///
/// Prints nothing unless standard error is a terminal, so logs and pipes stay clean. Any thread may report; a report
/// costs a lock and a look at the clock, so report by batch rather than by event.
final class ProgressBar: Sendable {
    enum Ending: Sendable {
        /// The line goes away; what comes next stands in its place.
        case removed
        /// The line stays as it was last and the cursor goes to the next.
        case kept
    }

    private struct State {
        var line: ProgressLine
        var isVisible = false
        var isFinished = false
        var lastDrawn: ContinuousClock.Instant?
        /// Where the present stretch of measuring began.
        var sampled: (time: ContinuousClock.Instant, bytes: Int, events: Int)
    }

    /// At most ten times a second: more is a flicker, and costs.
    static let interval = Duration.milliseconds(100)
    /// The rate shown follows the last few seconds, since files differ.
    private static let smoothingSeconds = 3.0

    private let descriptor: Int32
    private let isShown: Bool
    /// How long nothing is shown: what is done by then needs no bar.
    private let delay: Duration
    private let startingBytes: Int
    private let started: ContinuousClock.Instant
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// `startingAt` is what an earlier run has done already: it counts for the bar and not for the rate.
    init(
        label: String, totalBytes: Int?, startingAt: Int = 0, delay: Duration = .zero, quiet: Bool = false,
        descriptor: Int32 = Terminal.standardError,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.descriptor = descriptor
        self.now = now
        startingBytes = startingAt
        self.delay = delay
        isShown = !quiet && Terminal.isTerminal(descriptor) && Terminal.environment("TERM") != "dumb"
        let started = now()
        self.started = started
        let line = ProgressLine(
            label: label, bytes: startingAt, totalBytes: totalBytes, events: 0, elapsedSeconds: 0)
        state = Mutex(State(line: line, sampled: (started, startingAt, 0)))
    }

    /// Reports what has been done in all: `bytes` including `startingAt`. With another label, another piece of work begins.
    func update(bytes: Int, events: Int, totalBytes: Int? = nil, label: String? = nil) {
        guard isShown else { return }
        state.withLock { state in
            guard !state.isFinished else { return }
            if let label, label != state.line.label {
                state.line.label = label
                (state.line.bytes, state.line.events) = (0, 0)
                state.sampled = (now(), 0, 0)
            }
            // Threads may report out of order; a bar that goes back only confuses.
            state.line.bytes = max(state.line.bytes, bytes)
            state.line.events = max(state.line.events, events)
            if let totalBytes { state.line.totalBytes = totalBytes }
            let time = now()
            if started.duration(to: time) < delay { return }
            if let last = state.lastDrawn, last.duration(to: time) < Self.interval { return }
            sample(&state, at: time)
            draw(&state, at: time)
        }
    }

    /// Prints a line of text above the bar, also where no bar is shown; what it holds of control characters is made
    /// visible.
    func message(_ text: String) {
        state.withLock { state in
            var bytes: [UInt8] = []
            if state.isVisible { bytes.append(contentsOf: Self.erase) }
            bytes.append(contentsOf: "\(HostileText.visible(text, keepingNewlines: true))\n".utf8)
            Terminal.writeIgnoringErrors(bytes, to: descriptor)
            if state.isVisible { draw(&state, at: now()) }
        }
    }

    /// Ends the bar; must be called before anything else is printed, also on failure and interruption. Later calls do
    /// nothing.
    func finish(_ ending: Ending = .removed) {
        guard isShown else { return }
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            switch ending {
            case .removed:
                if state.isVisible { Terminal.writeIgnoringErrors(Self.erase, to: descriptor) }
            case .kept:
                let time = now()
                useMeanRates(&state, at: time)
                draw(&state, at: time)
                Terminal.writeIgnoringErrors([UInt8(ascii: "\n")], to: descriptor)
            }
            state.isVisible = false
        }
    }

    /// Back to the first column and clear the line.
    private static let erase = Array("\r\u{1B}[K".utf8)

    private func draw(_ state: inout State, at time: ContinuousClock.Instant) {
        state.line.elapsedSeconds = Self.seconds(from: started, to: time)
        // The last column stays free: a terminal may go to the next line when it is filled.
        let width = (Terminal.width(descriptor) ?? 80) - 1
        var bytes: [UInt8] = [UInt8(ascii: "\r")]
        bytes.append(contentsOf: state.line.text(width: width).utf8)
        bytes.append(contentsOf: "\u{1B}[K".utf8)
        Terminal.writeIgnoringErrors(bytes, to: descriptor)
        state.isVisible = true
        state.lastDrawn = time
    }

    private func sample(_ state: inout State, at time: ContinuousClock.Instant) {
        let seconds = Self.seconds(from: state.sampled.time, to: time)
        // Too short a stretch gives no rate worth showing.
        guard seconds >= 0.05 else { return }
        let weight = seconds / (Self.smoothingSeconds + seconds)
        func smoothed(_ old: Double?, _ amount: Int) -> Double {
            let rate = Double(amount) / seconds
            return old.map { $0 + weight * (rate - $0) } ?? rate
        }
        state.line.bytesPerSecond = smoothed(state.line.bytesPerSecond, state.line.bytes - state.sampled.bytes)
        state.line.eventsPerSecond = smoothed(state.line.eventsPerSecond, state.line.events - state.sampled.events)
        state.sampled = (time, state.line.bytes, state.line.events)
    }

    /// What stays on the screen tells about the whole, not about the last seconds.
    private func useMeanRates(_ state: inout State, at time: ContinuousClock.Instant) {
        let seconds = Self.seconds(from: started, to: time)
        guard seconds > 0 else { return }
        state.line.eventsPerSecond = Double(state.line.events) / seconds
        state.line.bytesPerSecond = Double(state.line.bytes - startingBytes) / seconds
    }

    private static func seconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = start.duration(to: end).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
