/// Rows in the order of their times, with the keys they have and which of several conditions they fulfil; no event is put
/// together for it.
struct KeyedRows {
    struct Row {
        var place: TimedRow
        var facts: RowFacts
    }

    private(set) var pages: RowPages
    private let reader: RowFactReader

    /// - Parameter conditions: rows that fulfil none of them are left out.
    init(_ scan: EventScan, conditions: [Predicate], keys: [AggregationPlan.Key]) {
        var either = scan
        either.predicate = .and([scan.predicate, .or(conditions)])
        pages = RowPages(either, order: .oldest)
        reader = RowFactReader(scan, conditions: conditions, keys: keys)
    }

    /// The next rows by time; none at the end.
    mutating func next() throws -> [Row] {
        let page = try pages.next()
        var facts = [RowFacts?](repeating: nil, count: page.count)
        let places = Dictionary(grouping: page.indices) { RowGroupPlace(page[$0].segment, page[$0].group) }
        for (place, indices) in places {
            try checkCancellation()
            let found = try reader.facts(
                of: indices.map { page[$0].row }, segment: pages.segment(of: page[indices[0]]),
                group: Int(place.group))
            for (index, fact) in zip(indices, found) { facts[index] = fact }
        }
        return zip(page, facts).compactMap { place, facts in facts.map { Row(place: place, facts: $0) } }
    }

    private struct RowGroupPlace: Hashable {
        let segment: Int32
        let group: Int32

        init(_ segment: Int32, _ group: Int32) {
            self.segment = segment
            self.group = group
        }
    }
}
