import SegmentFormat
import Shredding
import Synchronization

/// A row of the store, with what decides its place in an order by time.
struct TimedRow: Sendable {
    /// The time, or its counterpart for the newest first, so that smaller is always earlier in the answer.
    var rank: Int64
    var sequenceRank: UInt64
    var segment: Int32
    var group: Int32
    var row: UInt32

    func precedes(_ other: TimedRow) -> Bool { (rank, sequenceRank) < (other.rank, other.sequenceRank) }
}

/// The best rows so far, at most `limit` of them.
struct BestRows: Sendable {
    let limit: Int
    private(set) var rows: [TimedRow] = []
    /// Rows that come after this one are not needed any more.
    private(set) var worst: TimedRow?

    init(limit: Int) { self.limit = limit }

    mutating func add(_ new: [TimedRow]) {
        rows.append(contentsOf: new)
        guard rows.count > limit else { return updateWorst() }
        // Cutting now and then costs less than keeping the order all the time.
        if rows.count >= 2 * limit || new.count > limit || worst == nil {
            rows = rows.smallest(limit) { $0.precedes($1) }
            updateWorst()
        }
    }

    private mutating func updateWorst() {
        guard rows.count == limit else { return }
        worst = rows.max { $0.precedes($1) }
    }

    func sorted() -> [TimedRow] { rows.smallest(min(limit, rows.count)) { $0.precedes($1) } }
}

private final class SharedBestRows: Sendable {
    let best: Mutex<BestRows>
    init(limit: Int) { best = Mutex(BestRows(limit: limit)) }
}

extension EventScan {
    /// The events in the order of their times. First the rows are found, then events are put together.
    func forEachByTime(
        newest: Bool, limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard limit > 0 else { return }
        let predicate = wholePredicate
        // The segments most likely to have the first events come first: the others can then be left out by their zone maps.
        let segments = segments
        let order = segments.indices.sorted { a, b in
            newest
                ? segments[a].largestTime > segments[b].largestTime
                : segments[a].smallestTime < segments[b].smallestTime
        }
        var best = BestRows(limit: limit)
        let scratch = ScanScratch()
        var counts = ScanCounts(of: segments, among: snapshot.segments)
        defer {
            counts.add(scratch.counts)
            options.recorder?.record(counts)
        }
        for index in order {
            let segment = segments[index]
            try checkCancellation()
            if let worst = best.worst, segment.undated == 0 {
                let earliest = newest ? ~segment.largestTime : segment.smallestTime
                if earliest > worst.rank {
                    counts.segmentsPrunedByLimit += 1
                    continue
                }
            }
            let reader = try reader(segment)
            let prepared = try predicate.prepared(for: reader, schema: schema)
            if case .constant(false) = prepared {
                counts.segmentsPrunedByDictionary += 1
                continue
            }
            let time = try reader.timeColumn(schema.eventTime)
            try findRows(segment, index, reader, prepared, time, newest, scratch, &best)
        }
        try deliver(best.sorted(), segments, body)
    }

    private func findRows(
        _ segment: SegmentDescription, _ index: Int, _ reader: SegmentReader, _ predicate: PreparedPredicate,
        _ time: TimeColumn?, _ newest: Bool, _ scratch: ScanScratch, _ best: inout BestRows
    ) throws {
        var firstRow = 0
        for group in reader.metadata.rowGroups.indices {
            try checkCancellation()
            let rowGroup = scratch.open(reader, group: group)
            defer { firstRow += rowGroup.rows }
            if let worst = best.worst, let time, let range = time.range(rowGroup.chunk(time.column)), range.isComplete {
                let earliest = newest ? ~range.values.upperBound : range.values.lowerBound
                if earliest > worst.rank {
                    scratch.counts.rowGroups += 1
                    scratch.counts.rowGroupsPrunedByLimit += 1
                    continue
                }
            }
            let rows = try predicate.matchingRows(rowGroup, scratch)
            guard !rows.isEmpty else { continue }
            let times = try time?.values(rowGroup, scratch.integers.first)
            let sequences = try RowSequences(segment, firstRow, rowGroup)
            var found: [TimedRow] = []
            let worst = best.worst?.rank ?? .max
            for row in rows {
                let value = times.map { $0[Int(row)] } ?? absentInteger
                // The complement of a time is the order backwards; absent ones are last both ways.
                let rank = value == absentInteger ? .max : newest ? ~value : value
                guard rank <= worst else { continue }
                let sequence = sequences[Int(row)]
                found.append(
                    TimedRow(
                        rank: rank, sequenceRank: newest ? ~sequence : sequence, segment: Int32(index),
                        group: Int32(group), row: row))
            }
            best.add(found)
        }
    }

    /// Puts the events of rows together.
    private func deliver(
        _ rows: [TimedRow], _ segments: [SegmentDescription], _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var texts = RowTexts(self)
        for (i, row) in rows.enumerated() {
            if i & 1023 == 0 { try checkCancellation() }
            try texts.withText(of: row, in: segments[Int(row.segment)], body)
        }
    }
}
