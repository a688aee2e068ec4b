import SegmentFormat
import Synchronization

extension EventScan {
    /// How many workers there are unless the caller says.
    package var workers: Int { max(1, threads ?? Processors.available) }

    /// Runs `scan` over every row group, many at a time, and `merge` over the results one by one in order.
    ///
    /// - Parameters:
    ///   - prepare: called once a segment; nil if no event of it can match.
    ///   - scan: called once a row group; gives a result a lane, nil for nothing to merge, or none at all.
    ///   - merge: called for one result of a lane at a time, for several lanes at once.
    /// - Returns: what was looked at and what was not.
    @discardableResult
    func run<Prepared: Sendable, Partial: Sendable>(
        lanes: Int, prepare: @escaping @Sendable (SegmentReader) throws -> Prepared?,
        scan: @escaping @Sendable (ScannedSegment<Prepared>, Int, ScanScratch) throws -> [Partial?],
        merge: @escaping @Sendable (Int, Partial) throws -> Void
    ) async throws -> ScanCounts {
        let segments = segments
        let counts = SharedCounts(ScanCounts(of: segments, among: snapshot.segments))
        let progress = options.progress.map { ProgressReport(segments, $0) }
        let count = max(1, min(workers, segments.reduce(0) { $0 + Int($1.rows / UInt64(Limits.rowsPerRowGroup)) + 1 }))
        let work = OrderedWork<Prepared, Partial>(
            segments: segments.count, lanes: lanes, limit: 4 * count, consume: merge)
        let worker: @Sendable () async throws -> Void = {
            let scratch = ScanScratch()
            defer { counts.add(scratch.counts) }
            do {
                while let next = await work.next() {
                    try checkCancellation()
                    switch next {
                    case .open(let ordinal):
                        let description = segments[ordinal]
                        let reader = try reader(description)
                        let prepared = try prepare(reader)
                        if prepared == nil {
                            scratch.counts.segmentsPrunedByDictionary += 1
                            progress?.advance(rows: Int(description.rows), of: description)
                        }
                        try work.opened(ordinal, prepared.map { ScannedSegment(description, reader, $0) })
                    case .scan(let ordinal, let segment, let group):
                        let results = try scan(segment, group, scratch)
                        progress?.advance(
                            rows: Int(segment.reader.metadata.rowGroups[group].rows), of: segment.description)
                        try work.scanned(ordinal, group: group, results)
                    }
                }
            } catch {
                work.fail()
                throw error
            }
        }
        do {
            if count == 1 {
                try await worker()
            } else {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<count { tasks.addTask { try await worker() } }
                    for try await _ in tasks {}
                }
            }
            // Workers that find nothing left to do do not look whether they should have stopped.
            try checkCancellation()
        } catch { throw AuditStoreError.wrapping(error) }
        return counts.total
    }
}

private final class SharedCounts: Sendable {
    private let counts: Mutex<ScanCounts>
    init(_ counts: ScanCounts) { self.counts = Mutex(counts) }
    func add(_ other: ScanCounts) { counts.withLock { $0.add(other) } }
    var total: ScanCounts { counts.withLock { $0 } }
}

/// Queries stop between two row groups, and within long work.
func checkCancellation() throws {
    if Task.isCancelled { throw AuditStoreError(.cancelled, "the query was cancelled") }
}
