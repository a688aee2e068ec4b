import SegmentFormat
import Synchronization

/// A segment that is being scanned, with what was prepared for it.
final class ScannedSegment<Prepared: Sendable>: Sendable {
    let description: SegmentDescription
    let reader: SegmentReader
    let prepared: Prepared
    /// Ingest sequence of the first row of each row group, relative to that of the segment; without a `$sequence` column.
    let firstRows: [Int]

    init(_ description: SegmentDescription, _ reader: SegmentReader, _ prepared: Prepared) {
        self.description = description
        self.reader = reader
        self.prepared = prepared
        var rows = 0
        var firstRows: [Int] = []
        for group in reader.metadata.rowGroups {
            firstRows.append(rows)
            rows += Int(group.rows)
        }
        self.firstRows = firstRows
    }
}

/// Gives out the work of a scan, and passes its results on one by one, in the order of segments and row groups.
///
/// That order makes answers independent of the number of threads, floating-point sums included. Segments are opened when
/// workers run out of row groups, each by the worker that needs it: so few are open at a time, and several at once. What
/// was done out of order waits; workers that are too far ahead of the first open piece of work wait too, so that what
/// waits is bounded.
///
/// A row group can have several results, for lanes that are independent of each other: each keeps the order for itself.
final class OrderedWork<Prepared: Sendable, Partial: Sendable>: Sendable {
    enum Work: Sendable {
        case open(Int)
        case scan(Int, ScannedSegment<Prepared>, group: Int)
    }

    private struct Place: Hashable, Comparable {
        var segment: Int
        var group: Int
        static func < (left: Self, right: Self) -> Bool {
            (left.segment, left.group) < (right.segment, right.group)
        }
    }

    private struct Lane {
        var waiting: [Place: Partial?] = [:]
        /// The first result that was not passed on.
        var head = Place(segment: 0, group: 0)
        var isPassingOn = false
    }

    private struct State {
        /// Segments with row groups that nobody has taken: the first of these, ascending by segment.
        var ready: [(ordinal: Int, segment: ScannedSegment<Prepared>, next: Int)] = []
        var nextSegment = 0
        var opening = 0
        /// Row groups of each segment; nil before it was opened.
        var groups: [Int?]
        var lanes: [Lane]
        var hasFailed = false
        /// Counts changes, so that none is missed between looking and waiting.
        var version = 0
        var waiters: [CheckedContinuation<Void, Never>] = []

        mutating func change() -> [CheckedContinuation<Void, Never>] {
            version += 1
            defer { waiters.removeAll() }
            return waiters
        }

        mutating func take(_ segments: Int, _ limit: Int) -> Next {
            if hasFailed { return .done }
            let isFull = lanes.contains { $0.waiting.count >= limit }
            let head = lanes.map(\.head).min() ?? Place(segment: 0, group: 0)
            if let first = ready.first {
                let place = Place(segment: first.ordinal, group: first.next)
                guard !isFull || place == head else { return .wait(version: version) }
                if first.next + 1 == first.segment.firstRows.count {
                    ready.removeFirst()
                } else {
                    ready[0].next += 1
                }
                return .work(.scan(first.ordinal, first.segment, group: first.next))
            }
            if nextSegment < segments {
                guard !isFull || nextSegment == head.segment else { return .wait(version: version) }
                nextSegment += 1
                opening += 1
                return .work(.open(nextSegment - 1))
            }
            return opening > 0 ? .wait(version: version) : .done
        }

        /// The next result of a lane in order, if it is there.
        mutating func takeResult(_ lane: Int) -> Partial?? {
            while lanes[lane].head.segment < groups.count, let groups = groups[lanes[lane].head.segment],
                lanes[lane].head.group == groups
            {
                lanes[lane].head = Place(segment: lanes[lane].head.segment + 1, group: 0)
            }
            guard let result = lanes[lane].waiting.removeValue(forKey: lanes[lane].head) else { return nil }
            lanes[lane].head.group += 1
            return .some(result)
        }
    }

    private enum Next {
        case work(Work)
        case wait(version: Int)
        case done
    }

    private let state: Mutex<State>
    private let segments: Int
    /// Results that may wait while more is begun.
    private let limit: Int
    private let lanes: Int
    private let consume: @Sendable (Int, Partial) throws -> Void

    /// - Parameter consume: gets the lane and the result; called for several lanes at once.
    init(segments: Int, lanes: Int, limit: Int, consume: @escaping @Sendable (Int, Partial) throws -> Void) {
        state = Mutex(
            State(groups: Array(repeating: nil, count: segments), lanes: Array(repeating: Lane(), count: lanes)))
        self.lanes = lanes
        self.segments = segments
        self.limit = limit
        self.consume = consume
    }

    /// The next piece of work; nil if there is none left, or if another worker has failed.
    func next() async -> Work? {
        while true {
            switch state.withLock({ $0.take(segments, limit) }) {
            case .work(let work): return work
            case .done: return nil
            case .wait(let version):
                await withCheckedContinuation { continuation in
                    let isOutdated = state.withLock { state in
                        guard state.version == version else { return true }
                        state.waiters.append(continuation)
                        return false
                    }
                    if isOutdated { continuation.resume() }
                }
            }
        }
    }

    private func update<R>(_ body: (inout State) throws -> R) rethrows -> R {
        let (result, waiters) = try state.withLock { state in
            let result = try body(&state)
            return (result, state.change())
        }
        for waiter in waiters { waiter.resume() }
        return result
    }

    /// A segment was opened; nil if no event of it can match.
    func opened(_ ordinal: Int, _ segment: ScannedSegment<Prepared>?) throws {
        update { state in
            state.opening -= 1
            let groups = segment?.firstRows.count ?? 0
            state.groups[ordinal] = groups
            guard let segment, groups > 0 else { return }
            let index = state.ready.firstIndex { $0.ordinal > ordinal } ?? state.ready.count
            state.ready.insert((ordinal, segment, 0), at: index)
        }
        try passOn()
    }

    /// A row group was scanned.
    ///
    /// - Parameter results: one a lane; none at all if there is nothing for any.
    func scanned(_ ordinal: Int, group: Int, _ results: [Partial?]) throws {
        state.withLock { state in
            for lane in 0..<lanes {
                let result = results.isEmpty ? nil : results[lane]
                state.lanes[lane].waiting[Place(segment: ordinal, group: group)] = .some(result)
            }
        }
        try passOn()
    }

    /// Passes on what is next in order in each lane, unless another worker is at it, which will then do this too.
    private func passOn() throws {
        var lane = 0
        var idle = 0
        while idle < lanes {
            let result: Partial?? = update { state in
                guard !state.lanes[lane].isPassingOn, !state.hasFailed, let result = state.takeResult(lane) else {
                    return nil
                }
                state.lanes[lane].isPassingOn = true
                return .some(result)
            }
            if let result {
                // What waited can be many row groups' worth.
                try checkCancellation()
                idle = 0
                if let partial = result { try consume(lane, partial) }
                state.withLock { $0.lanes[lane].isPassingOn = false }
            } else {
                idle += 1
                lane = (lane + 1) % lanes
            }
        }
    }

    /// Lets the other workers stop.
    func fail() { update { $0.hasFailed = true } }
}
