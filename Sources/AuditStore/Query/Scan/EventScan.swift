import SegmentFormat
import Shredding
import Synchronization

/// Which events of a snapshot a query is about: the part that all queries share.
package struct EventScan: Sendable {
    package var snapshot: Snapshot
    package var schema: SchemaDescription
    package var predicate = Predicate.constant(true)
    /// Only events at or after this time, in microseconds since 1970.
    package var since: Int64?
    /// Only events before this time.
    package var until: Int64?
    /// Row groups that are worked on at the same time; nil for one a processor.
    package var threads: Int?

    package init(_ snapshot: Snapshot, schema: SchemaDescription) {
        self.snapshot = snapshot
        self.schema = schema
    }

    package var eventTime: FieldReference { FieldReference(keys: schema.eventTime) }

    /// The predicate with the range of times.
    var wholePredicate: Predicate {
        guard since != nil || until != nil else { return predicate }
        let low = since ?? (absentInteger + 1)
        let high = until.map { $0 &- 1 } ?? .max
        guard low <= high, until != .min else { return .constant(false) }
        let range = Predicate.range(eventTime, low...high)
        if case .constant(true) = predicate { return range }
        return .and([range, predicate])
    }

    /// The segments that can hold an event in the range of times.
    var segments: [SegmentDescription] {
        guard since != nil || until != nil else { return snapshot.segments }
        return snapshot.segments.filter { segment in
            segment.smallestTime <= segment.largestTime && segment.largestTime >= since ?? .min
                && segment.smallestTime < until ?? .max
        }
    }

    func reader(_ segment: SegmentDescription) throws(AuditStoreError) -> SegmentReader {
        try snapshot.reader(segment)
    }
}

extension AuditStoreError {
    /// What is thrown out of the scan: one type for all that can go wrong.
    static func wrapping(_ error: any Error) -> any Error {
        (error as? SegmentError).map { AuditStoreError($0) } ?? error
    }
}

/// A segment that is being scanned, and what was prepared for it by the first worker to get there.
final class ScannedSegment<Prepared: Sendable>: Sendable {
    let description: SegmentDescription
    let reader: SegmentReader
    /// Ingest sequence of the first row of each row group, relative to that of the segment; without a `$sequence` column.
    let firstRows: [Int]
    private let prepared = Mutex<(value: Prepared?, groupsLeft: Int)>((nil, 0))

    init(_ description: SegmentDescription, _ reader: SegmentReader) {
        self.description = description
        self.reader = reader
        var rows = 0
        var firstRows: [Int] = []
        for group in reader.metadata.rowGroups {
            firstRows.append(rows)
            rows += Int(group.rows)
        }
        self.firstRows = firstRows
        prepared.withLock { $0.groupsLeft = firstRows.count }
    }

    /// Prepared once: the others wait, since they can do nothing else.
    func prepare(_ body: (SegmentReader) throws -> Prepared) throws -> Prepared {
        try prepared.withLock { state in
            if let value = state.value { return value }
            let value = try body(reader)
            state.value = value
            return value
        }
    }

    /// Gives up what was prepared once the last row group is done.
    func finishGroup() {
        prepared.withLock { state in
            state.groupsLeft -= 1
            if state.groupsLeft == 0 { state.value = nil }
        }
    }
}
