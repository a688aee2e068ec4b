import SegmentFormat
import Synchronization

/// Takes the results of row groups in whatever order they come, and passes them on in the order of the segments.
///
/// That is what makes answers independent of the number of threads, floating-point sums included.
private final class InOrder<Result: Sendable>: Sendable {
    private struct State {
        var waiting: [Int: Result] = [:]
        var next = 0
    }
    private let state = Mutex(State())
    private let consume: @Sendable (Result) throws -> Void

    init(_ consume: @escaping @Sendable (Result) throws -> Void) { self.consume = consume }

    /// - Parameter result: nil for a row group without a result.
    func add(_ index: Int, _ result: Result) throws {
        try state.withLock { state in
            state.waiting[index] = result
            while let result = state.waiting.removeValue(forKey: state.next) {
                state.next += 1
                try consume(result)
            }
        }
    }
}

extension EventScan {
    /// How many workers there are unless the caller says.
    package var workers: Int { max(1, threads ?? Processors.available) }

    /// Runs `scan` over every row group, many at a time, and `merge` over the results one by one in order.
    ///
    /// - Parameters:
    ///   - prepare: called once a segment; nil if no event of it can match.
    ///   - scan: called once a row group; nil for nothing to merge.
    func run<Prepared: Sendable, Partial: Sendable>(
        prepare: @escaping @Sendable (SegmentReader) throws -> Prepared?,
        scan: @escaping @Sendable (Prepared, ScannedSegment<Prepared?>, Int, ScanScratch) throws -> Partial?,
        merge: @escaping @Sendable (Partial) throws -> Void
    ) async throws {
        var units: [(segment: ScannedSegment<Prepared?>, group: Int)] = []
        for description in segments {
            try checkCancellation()
            let segment = ScannedSegment<Prepared?>(description, try reader(description))
            for group in segment.firstRows.indices { units.append((segment, group)) }
        }
        let all = units
        let counter = SharedCounter()
        let inOrder = InOrder<Partial?> { if let partial = $0 { try merge(partial) } }
        let work: @Sendable () throws -> Void = {
            let scratch = ScanScratch()
            while true {
                let index = counter.next.add(1, ordering: .relaxed).oldValue
                guard index < all.count else { return }
                try checkCancellation()
                let (segment, group) = all[index]
                defer { segment.finishGroup() }
                guard let prepared = try segment.prepare(prepare) else {
                    try inOrder.add(index, nil)
                    continue
                }
                try inOrder.add(index, try scan(prepared, segment, group, scratch))
            }
        }
        do {
            let count = min(workers, all.count)
            guard count > 1 else { return try work() }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<count { tasks.addTask { try work() } }
                try await tasks.waitForAll()
            }
        } catch { throw AuditStoreError.wrapping(error) }
    }
}

private final class SharedCounter: Sendable {
    let next = Atomic<Int>(0)
}

/// Queries stop between two row groups.
func checkCancellation() throws {
    if Task.isCancelled { throw AuditStoreError(.cancelled, "the query was cancelled") }
}
