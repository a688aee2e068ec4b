import SegmentFormat

/// Sorts groups by keys and aggregates.
///
/// The first three criteria become words that are compared without looking at the groups; only where all are equal the rest decides.
struct GroupSort {
    /// What is absent comes last, whatever the direction.
    enum Criterion {
        case key(Int, SortDirection)
        case aggregate(AggregateKind, SortDirection)
        /// Compares two places of the list: negative, zero or positive.
        case custom((Int, Int) -> Int)
    }

    private struct Entry {
        var first: UInt64
        var second: UInt64
        var third: UInt64
        var place: Int
    }

    private let groups: AggregatedGroups
    private let list: [Int]
    private let criteria: [Criterion]
    /// For each criterion that is an aggregate its values, if they have to be compared themselves.
    private var values: [[EventValue?]] = []
    private var entries: [Entry] = []

    /// - Parameters:
    ///   - list: the groups to sort.
    ///   - criteria: those that come before the keys upwards.
    init(_ groups: AggregatedGroups, _ list: [Int], by criteria: [Criterion]) throws {
        self.groups = groups
        self.list = list
        self.criteria = criteria + groups.plan.keys.indices.map { .key($0, .ascending) }
        entries = try list.indices.mapChecking { Entry(first: 0, second: 0, third: 0, place: $0) }
        var words = 0
        for criterion in self.criteria {
            var wanted: [EventValue?] = []
            var isExact = false
            if words < 3 { (wanted, isExact) = try addWords(criterion, words) } else { wanted = try value(criterion) }
            values.append(isExact ? [] : wanted)
            // Behind a word that does not tell all, others would decide too soon.
            words = isExact ? words + 1 : 3
        }
    }

    /// The values of an aggregate, by place.
    private func value(_ criterion: Criterion) throws -> [EventValue?] {
        guard case .aggregate(let kind, _) = criterion else { return [] }
        return try list.mapChecking { groups.value(kind, of: $0) }
    }

    private mutating func addWords(
        _ criterion: Criterion, _ index: Int
    ) throws -> (values: [EventValue?], isExact: Bool) {
        var check = CancellationCheck()
        switch criterion {
        case .custom: return ([], false)
        case .key(let key, let direction):
            if let ranks = groups.ranks(ofKey: key) {
                for (place, group) in list.enumerated() {
                    try check.step()
                    let id = groups.keyID(key, of: group)
                    set(index, place, id == absentCode ? SortPrefix.absent : UInt64(ranks[Int(id)]), direction)
                }
                return ([], true)
            }
            var prefix = SortPrefix()
            for group in list {
                try check.step()
                prefix.prepare(groups.key(key, of: group))
            }
            for (place, group) in list.enumerated() {
                try check.step()
                set(index, place, prefix.word(groups.key(key, of: group)), direction)
            }
            return ([], prefix.isExact)
        case .aggregate(_, let direction):
            let values = try value(criterion)
            var prefix = SortPrefix()
            for value in values {
                try check.step()
                prefix.prepare(value)
            }
            for (place, value) in values.enumerated() {
                try check.step()
                set(index, place, prefix.word(value), direction)
            }
            return (values, prefix.isExact)
        }
    }

    private mutating func set(_ index: Int, _ place: Int, _ word: UInt64, _ direction: SortDirection) {
        let word = word == SortPrefix.absent || direction == .ascending ? word : SortPrefix.largest - word
        switch index {
        case 0: entries[place].first = word
        case 1: entries[place].second = word
        default: entries[place].third = word
        }
    }

    /// The groups in order; with a limit, the first ones of it. Asked once.
    mutating func sorted(limit: Int? = nil) throws -> [Int] {
        var check = CancellationCheck()
        // Sorted where they are: a copy of millions would be made in one piece.
        var entries: [Entry] = []
        swap(&entries, &self.entries)
        func precedes(_ a: Entry, _ b: Entry) throws -> Bool {
            try check.step()
            if a.first != b.first { return a.first < b.first }
            if a.second != b.second { return a.second < b.second }
            if a.third != b.third { return a.third < b.third }
            return decides(a.place, b.place)
        }
        if let limit, limit < entries.count {
            entries = try entries.smallest(max(limit, 0), by: precedes)
        } else {
            try entries.sort(by: precedes)
        }
        return try entries.mapChecking { list[$0.place] }
    }

    /// Whether one place comes before another, where words are equal.
    private func decides(_ a: Int, _ b: Int) -> Bool {
        for (index, criterion) in criteria.enumerated() {
            switch criterion {
            case .custom(let compare):
                let order = compare(a, b)
                if order != 0 { return order < 0 }
            case .key(let key, let direction):
                guard let isLess = groups.keyOrder(key, list[a], list[b]) else { continue }
                let hasAbsent = groups.isAbsent(key, of: list[a]) || groups.isAbsent(key, of: list[b])
                return hasAbsent || direction == .ascending ? isLess : !isLess
            case .aggregate(_, let direction):
                // Exact words were equal, or this would not be asked.
                guard !values[index].isEmpty else { continue }
                switch (values[index][a], values[index][b]) {
                case (let left?, let right?):
                    let order = left.order(to: right)
                    if order != 0 { return (order < 0) == (direction == .ascending) }
                case (nil, nil): continue
                case (let left, _): return left != nil
                }
            }
        }
        return false
    }
}
