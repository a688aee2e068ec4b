import SegmentFormat

/// Finds the rows that match, in an order, a page at a time.
///
/// A page holds the first rows after the last one of the page before, so that memory is bounded by the size of a page, in
/// whatever order the events lie. Pages grow from 1,024 rows to 65,536: who wants ten rows waits for few, and who wants all
/// of them seldom starts anew.
struct RowPages {
    let scan: EventScan
    let order: EventOrder
    private let predicate: Predicate
    private let segments: [SegmentDescription]
    /// Indices of segments by the rank of their first row.
    private let visits: [Int]
    private let scratch = ScanScratch()
    private var prepared: [(segment: Int, predicate: PreparedPredicate)] = []
    private var last: TimedRow?
    private var left: Int
    private var size: Int
    /// What was looked at for all pages; a row group that was looked at for several counts once.
    private var counts: ScanCounts
    private var visitedSegments: Set<Int> = []
    private var visitedGroups: Set<RowGroupPlace> = []
    /// Row groups of the visited segments.
    private var groups = 0

    private struct RowGroupPlace: Hashable {
        var segment: Int
        var group: Int
    }

    static var smallestPage: Int { 1024 }
    static var largestPage: Int { 65_536 }
    /// Segments whose dictionaries need not be asked again for the next page.
    private static var preparedSegments: Int { 16 }

    /// - Parameter after: only rows behind this one; nil for all.
    init(_ scan: EventScan, order: EventOrder, limit: Int? = nil, after: TimedRow? = nil) {
        self.scan = scan
        self.order = order
        predicate = scan.wholePredicate
        let segments = scan.segments
        self.segments = segments
        visits = segments.indices.sorted {
            (segments[$0].ranks(order).lowerBound, $0) < (segments[$1].ranks(order).lowerBound, $1)
        }
        last = after
        left = limit ?? .max
        size = limit.map { min($0, Self.largestPage) } ?? Self.smallestPage
        counts = ScanCounts(of: segments, among: scan.snapshot.segments)
    }

    /// The next rows, in order; none at the end.
    mutating func next() throws -> [TimedRow] {
        let limit = min(size, left)
        guard limit > 0 else { return [] }
        var best = BestRows(limit: limit)
        for index in visits {
            try checkCancellation()
            let ranks = segments[index].ranks(order)
            if let worst = best.worst, ranks.lowerBound > worst.rank { break }
            if let last, ranks.upperBound < last.rank { continue }
            try findRows(index, &best)
        }
        let rows = best.sorted()
        left -= rows.count
        // A page that is not full was the last one.
        if rows.count < limit { left = 0 }
        last = rows.last
        size = min(size * 4, Self.largestPage)
        record()
        return rows
    }

    /// Tells `explain` what was looked at so far.
    private func record() {
        guard let recorder = scan.options.recorder else { return }
        var all = counts
        all.segmentsPrunedByLimit = segments.count - visitedSegments.count
        all.rowGroupsPrunedByLimit = groups - visitedGroups.count
        all.rowGroups += all.rowGroupsPrunedByLimit
        recorder.record(all)
    }

    private mutating func predicate(_ index: Int, _ reader: SegmentReader) throws -> PreparedPredicate {
        if let known = prepared.first(where: { $0.segment == index }) { return known.predicate }
        let new = try predicate.prepared(for: reader, schema: scan.schema)
        if prepared.count == Self.preparedSegments { prepared.removeFirst() }
        prepared.append((index, new))
        return new
    }

    private mutating func findRows(_ index: Int, _ best: inout BestRows) throws {
        let segment = segments[index]
        let reader = try scan.reader(segment)
        let predicate = try predicate(index, reader)
        let isNew = visitedSegments.insert(index).inserted
        if case .constant(false) = predicate {
            if isNew { counts.segmentsPrunedByDictionary += 1 }
            return
        }
        if isNew { groups += reader.metadata.rowGroups.count }
        let time = order == .ingest ? nil : try reader.timeColumn(scan.schema.eventTime, scan.schema)
        var firstRow = 0
        for group in reader.metadata.rowGroups.indices {
            try checkCancellation()
            let rowGroup = scratch.open(reader, group: group)
            defer { firstRow += rowGroup.rows }
            if let time, let range = time.range(rowGroup.chunk(time.column)), range.isComplete {
                let ranks = order.ranks(range.values)
                if let worst = best.worst, ranks.lowerBound > worst.rank { continue }
                if let last, ranks.upperBound < last.rank { continue }
            }
            scratch.counts = ScanCounts()
            let rows = try predicate.matchingRows(rowGroup, scratch)
            if visitedGroups.insert(RowGroupPlace(segment: index, group: group)).inserted { counts.add(scratch.counts) }
            guard !rows.isEmpty else { continue }
            let times = try time?.values(rowGroup, scratch.integers.first)
            let sequences = try RowSequences(segment, firstRow, rowGroup)
            var found: [TimedRow] = []
            let worst = best.worst?.rank ?? .max
            for row in rows {
                let sequence = sequences[Int(row)]
                let rank = order.rank(times.map { $0[Int(row)] } ?? absentInteger, sequence)
                guard rank <= worst else { continue }
                let candidate = TimedRow(
                    rank: rank, sequenceRank: order == .newest ? ~sequence : sequence, segment: Int32(index),
                    group: Int32(group), row: row)
                if let last, !last.precedes(candidate) { continue }
                found.append(candidate)
            }
            best.add(found)
        }
    }

    /// The description of a row's segment.
    func segment(of row: TimedRow) -> SegmentDescription { segments[Int(row.segment)] }
}

extension TimedRow {
    func position(in order: EventOrder) -> EventPosition {
        EventPosition(sequence: order == .newest ? ~sequenceRank : sequenceRank)
    }
}

extension EventOrder {
    /// Smaller is earlier in the answer; absent times are last in both orders by time.
    func rank(_ time: Int64, _ sequence: UInt64) -> Int64 {
        switch self {
        case .ingest: Int64(clamping: sequence)
        case .oldest: time == absentInteger ? .max : time
        case .newest: time == absentInteger ? .max : ~time
        }
    }

    func ranks(_ times: ClosedRange<Int64>) -> ClosedRange<Int64> {
        self == .newest ? ~times.upperBound...(~times.lowerBound) : times
    }
}

extension SegmentDescription {
    /// The range of its rows' ranks.
    func ranks(_ order: EventOrder) -> ClosedRange<Int64> {
        if order == .ingest {
            let first = Int64(clamping: firstSequence)
            return first...max(first, Int64(clamping: lastSequence))
        }
        guard smallestTime <= largestTime else { return .max ... .max }
        let ranks = order.ranks(smallestTime...largestTime)
        return undated > 0 ? ranks.lowerBound ... .max : ranks
    }
}
