import SegmentFormat

/// What an investigation has to know of a row.
struct RowFacts {
    /// For each key its values: several where it is a list, none where it is absent.
    var values: [[EventValue]] = []
    /// For each condition whether it is fulfilled.
    var fulfils: [Bool] = []
}

/// Reads the keys of single rows, and tests conditions on them, in the columns.
struct RowFactReader {
    private let scan: EventScan
    private let conditions: [Predicate]
    private let keys: [AggregationPlan.Key]
    private let scratch = ScanScratch()

    init(_ scan: EventScan, conditions: [Predicate] = [], keys: [AggregationPlan.Key]) {
        self.scan = scan
        self.conditions = conditions
        self.keys = keys
    }

    /// The facts of rows of one row group, in the order of the rows that were asked for.
    func facts(of wanted: [UInt32], segment: SegmentDescription, group: Int) throws -> [RowFacts] {
        let reader = try scan.reader(segment)
        let rowGroup = scratch.open(reader, group: group)
        var facts = [RowFacts](repeating: RowFacts(), count: wanted.count)
        for condition in conditions {
            let prepared = try condition.prepared(for: reader, schema: scan.schema)
            try scratch.withMask { (mask) throws(SegmentError) in
                Self.select(wanted, mask, rowGroup.rows)
                try prepared.filter(mask, rowGroup, scratch)
                for (i, row) in wanted.enumerated() { facts[i].fulfils.append(mask[Int(row)] != 0) }
            }
        }
        for key in keys {
            let field = try reader.resolve(key.field, schema: scan.schema)
            try scratch.withMask { (mask) throws(SegmentError) in
                Self.select(wanted, mask, rowGroup.rows)
                let batch = try field.coded(rowGroup, mask, scratch)
                // The codes may lie in memory that the batch owns.
                defer { withExtendedLifetime(batch) {} }
                var known: [UInt32: [EventValue]] = [:]
                for (i, row) in wanted.enumerated() {
                    let code = batch.codes[Int(row)]
                    let values = known[code] ?? Self.values(batch.table.value(code), key.bucket)
                    known[code] = values
                    facts[i].values.append(values)
                }
            }
        }
        return facts
    }

    private static func select(_ wanted: [UInt32], _ mask: UnsafeMutablePointer<UInt8>, _ rows: Int) {
        mask.update(repeating: 0, count: rows)
        for row in wanted { mask[Int(row)] = 1 }
    }

    private static func values(_ value: EventValue?, _ buckets: TimeBuckets?) -> [EventValue] {
        if let buckets {
            guard let time = value.flatMap(Instant.init(eventValue:)) else { return [] }
            return [.time(Instant(microseconds: buckets.bucket(containing: time.microseconds).lowerBound))]
        }
        switch value {
        case nil: return []
        case .list(let list)?:
            var known: Set<EventValue> = []
            return list.filter { known.insert($0).inserted }
        case let value?: return [value]
        }
    }
}

extension RowFacts {
    /// Combinations that one event may have: only one with several long lists has more.
    private static var combinationLimit: Int { 1 << 20 }

    /// Each choice of one value for each key; none if a key has no value.
    func combinations() throws(AuditStoreError) -> [[EventValue]] {
        try checkCombinations()
        return values.reduce([[]]) { heads, choices in heads.flatMap { head in choices.map { head + [$0] } } }
    }

    /// Each choice of one value for each key, where no value is a choice, too.
    func combinationsWithAbsent() throws(AuditStoreError) -> [[EventValue?]] {
        try checkCombinations()
        return values.reduce([[]]) { heads, choices in
            heads.flatMap { head in choices.isEmpty ? [head + [nil]] : choices.map { head + [$0] } }
        }
    }

    private func checkCombinations() throws(AuditStoreError) {
        var count = 1
        for choices in values {
            count *= max(choices.count, 1)
            guard count <= Self.combinationLimit else {
                throw AuditStoreError(
                    .limit, "an event has too many combinations of keys", expected: "at most \(Self.combinationLimit)",
                    found: "\(count) or more")
            }
        }
    }
}
