import Synchronization

/// How far a query is.
public struct QueryProgress: Sendable, Hashable {
    /// Events that were looked at, or left out by what is known of them.
    public var events: Int
    public var totalEvents: Int
    /// The text of these events, in bytes as they came in.
    public var bytes: Int
    public var totalBytes: Int
    /// 1 at first. A group-by whose groups do not fit the memory budget goes over the events several times; `events` then
    /// begins at 0 again.
    public var pass: Int

    /// From 0 to 1, of this pass.
    public var fraction: Double { totalEvents > 0 ? Double(events) / Double(totalEvents) : 1 }
}

/// Adds up the progress of all workers, and reports it in an order that never goes back.
final class ProgressReport: Sendable {
    private let state: Mutex<QueryProgress>
    private let report: @Sendable (QueryProgress) -> Void

    init(_ segments: [SegmentDescription], _ report: @escaping @Sendable (QueryProgress) -> Void) {
        self.report = report
        state = Mutex(
            QueryProgress(
                events: 0, totalEvents: segments.reduce(0) { $0 + Int($1.rows) }, bytes: 0,
                totalBytes: segments.reduce(0) { $0 + Int($1.rawBytes) }, pass: 1))
    }

    func advance(rows: Int, of segment: SegmentDescription) {
        state.withLock { progress in
            progress.events += rows
            // The text of single row groups is not known; that of their segment is.
            let isAll = progress.events == progress.totalEvents
            let share = Double(segment.rawBytes) * Double(rows) / Double(max(1, segment.rows))
            progress.bytes = isAll ? progress.totalBytes : min(progress.totalBytes, progress.bytes + Int(share))
            report(progress)
        }
    }
}
