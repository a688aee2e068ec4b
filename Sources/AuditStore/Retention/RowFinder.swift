import SegmentFormat
import Shredding

/// Finds the rows of a segment that match, and what their events are together.
struct RowFinder {
    let schema: SchemaDescription
    private let scratch = ScanScratch()

    init(schema: SchemaDescription) { self.schema = schema }

    /// The rows that match and are not deleted.
    func rows(_ predicate: Predicate, of segment: SegmentReader) throws -> RowSet {
        var found = RowSet(of: segment.metadata)
        do {
            let prepared = try predicate.prepared(for: segment, schema: schema)
            if case .constant(false) = prepared { return found }
            for group in segment.metadata.rowGroups.indices {
                try checkCancellation()
                let rowGroup = scratch.open(segment, group: group)
                found.insert(try prepared.matchingRows(rowGroup, scratch), group: group)
            }
        } catch { throw AuditStoreError.wrapping(error) }
        return found
    }

    /// Bytes of the events' text, with a line end each.
    func rawBytes(of rows: RowSet, in segment: SegmentReader) throws -> UInt64 {
        if rows.isAll { return segment.metadata.rawBytes }
        var bytes: UInt64 = 0
        do {
            for group in rows.rowCounts.indices where rows.count(group: group) > 0 {
                let rowGroup = scratch.open(segment, group: group)
                for (index, row) in rows.rows(group: group).enumerated() {
                    if index & 255 == 0 { try checkCancellation() }
                    bytes += UInt64(try scratch.event(Int(row), rowGroup).count) + 1
                }
            }
        } catch { throw AuditStoreError.wrapping(error) }
        return bytes
    }
}

extension SegmentDescription {
    /// The times of its events, as far as the manifest tells; nil if none has one.
    var timeBounds: TimeBounds? {
        smallestTime <= largestTime ? TimeBounds(low: smallestTime, high: largestTime) : nil
    }

    /// Whether an event of these times can be among its own, as far as the manifest tells.
    func canHold(_ times: TimeBounds) -> Bool {
        times == .all || timeBounds.map { $0.overlaps(times) } ?? false
    }
}
