import SegmentFormat
import Shredding

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
    package var options = QueryOptions()

    package init(_ snapshot: Snapshot, schema: SchemaDescription) {
        self.snapshot = snapshot
        self.schema = schema
    }

    package var eventTime: FieldReference { FieldReference(keys: schema.eventTime) }

    /// The predicate with the range of times.
    var wholePredicate: Predicate {
        predicate.during(since, until, of: eventTime)
    }

    /// The segments that can hold an event in the range of times, as far as the manifest tells.
    var segments: [SegmentDescription] {
        let times = wholePredicate.times(of: schema.eventTime)
        guard times != .all else { return snapshot.segments }
        return snapshot.segments.filter { segment in
            segment.smallestTime <= segment.largestTime
                && times.overlaps(TimeBounds(low: segment.smallestTime, high: segment.largestTime))
        }
    }

    func reader(_ segment: SegmentDescription) throws(AuditStoreError) -> SegmentReader {
        try snapshot.reader(segment)
    }
}

extension Predicate {
    /// The predicate for events at or after `since` and before `until`, in microseconds since 1970.
    func during(_ since: Int64?, _ until: Int64?, of eventTime: FieldReference) -> Predicate {
        guard since != nil || until != nil else { return self }
        let low = since ?? (absentInteger + 1)
        let high = until.map { $0 &- 1 } ?? .max
        guard low <= high, until != .min else { return .constant(false) }
        let range = Predicate.range(eventTime, low...high)
        if case .constant(true) = self { return range }
        return .and([range, self])
    }
}

extension AuditStoreError {
    /// What is thrown out of the scan: one type for all that can go wrong.
    static func wrapping(_ error: any Error) -> any Error {
        (error as? SegmentError).map { AuditStoreError($0) } ?? error
    }
}
