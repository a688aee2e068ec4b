import SegmentFormat

/// A group of events with equal keys.
struct ValueGroup: Sendable {
    var key: [EventValue?]
    var count: Int
    /// Times of its first and last event.
    var first: Int64
    var last: Int64
}

/// Finds the first event of each of many groups in one pass over the row groups that hold their times.
struct FirstEvents {
    private struct Wanted: Hashable {
        var time: Int64
        var key: [EventValue?]
    }

    private struct Found {
        var place: TimedRow
        var segment: SegmentDescription
    }

    private let scan: EventScan
    private let keys: [AggregationPlan.Key]
    private let times: [Int64]
    private let isWanted: Set<Int64>
    private var found: [Wanted: Found?]

    init(_ scan: EventScan, keys: [AggregationPlan.Key], groups: [ValueGroup]) {
        self.scan = scan
        self.keys = keys
        isWanted = Set(groups.map(\.first))
        times = isWanted.sorted()
        found = Dictionary(groups.map { (Wanted(time: $0.first, key: $0.key), nil) }) { first, _ in first }
    }

    /// The events, in the order of the groups; nil where there is none.
    mutating func events(of groups: [ValueGroup]) throws -> [(event: Event, position: EventPosition)?] {
        guard let earliest = times.first, let latest = times.last else { return [] }
        var scan = scan
        scan.since = max(scan.since ?? .min, earliest)
        scan.until = min(scan.until ?? .max, latest == .max ? latest : latest + 1)
        let predicate = scan.wholePredicate
        let scratch = ScanScratch()
        for (index, segment) in scan.segments.enumerated() {
            try checkCancellation()
            let reader = try scan.reader(segment)
            let prepared = try predicate.prepared(for: reader, schema: scan.schema)
            if case .constant(false) = prepared { continue }
            guard let time = try reader.timeColumn(scan.schema.eventTime, scan.schema) else { continue }
            try find(index, segment, reader, prepared, time, scratch)
        }
        var texts = RowTexts(scan)
        let rows = groups.map { found[Wanted(time: $0.first, key: $0.key)] ?? nil }
        var events: [(event: Event, position: EventPosition)?] = groups.map { _ in nil }
        let order = rows.indices.filter { rows[$0] != nil }.sorted { rows[$0]!.place.place < rows[$1]!.place.place }
        for index in order {
            let row = rows[index]!
            events[index] = (try texts.event(row.place, of: row.segment), row.place.position(in: .oldest))
        }
        return events
    }

    private mutating func find(
        _ index: Int, _ segment: SegmentDescription, _ reader: SegmentReader, _ predicate: PreparedPredicate,
        _ time: TimeColumn, _ scratch: ScanScratch
    ) throws {
        let facts = RowFactReader(scan, keys: keys)
        var firstRow = 0
        for group in reader.metadata.rowGroups.indices {
            try checkCancellation()
            let rowGroup = scratch.open(reader, group: group)
            defer { firstRow += rowGroup.rows }
            if let range = time.range(rowGroup.chunk(time.column)), !isAnyWanted(in: range.values), range.isComplete {
                continue
            }
            let matching = try predicate.matchingRows(rowGroup, scratch)
            let values = try time.values(rowGroup, scratch.integers.first)
            let rows = matching.filter { isWanted.contains(values[Int($0)]) }
            guard !rows.isEmpty else { continue }
            let sequences = try RowSequences(segment, firstRow, rowGroup)
            for (row, fact) in zip(rows, try facts.facts(of: rows, segment: segment, group: group)) {
                let place = TimedRow(
                    rank: values[Int(row)], sequenceRank: sequences[Int(row)], segment: Int32(index),
                    group: Int32(group), row: row)
                for key in try fact.combinationsWithAbsent() {
                    let wanted = Wanted(time: place.rank, key: key)
                    guard let known = found[wanted] else { continue }
                    if let known, !place.precedes(known.place) { continue }
                    found[wanted] = .some(Found(place: place, segment: segment))
                }
            }
        }
    }

    private func isAnyWanted(in range: ClosedRange<Int64>) -> Bool {
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < times.count && times[low] <= range.upperBound
    }
}
