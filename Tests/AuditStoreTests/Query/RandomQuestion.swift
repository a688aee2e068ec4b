@testable import AuditStore

/// A random question: a condition, keys, a time bucket, aggregates, an order and a limit.
struct RandomQuestion {
    var condition: ReferenceCondition
    var by: [String]
    var every: Int64?
    var aggregates: [ReferenceAggregate]
    var order: (column: Int, isDescending: Bool)?
    var top: Int?

    var columns: [String] { (every == nil ? [] : ["time"]) + by + aggregates.map(\.text) }

    var query: TextQuery {
        TextQuery(
            where: condition.text, by: by, every: every.map { "\($0 / 60_000_000)m" },
            aggregates: aggregates.map(\.text), top: top,
            order: order.map { "\(columns[$0.column]):\($0.isDescending ? "desc" : "asc")" })
    }
}

/// An aggregate that can be computed from a group's events.
enum ReferenceAggregate {
    case count
    case of(String, String)
    case quantile(String, Int)

    var text: String {
        switch self {
        case .count: "count"
        case .of(let name, let field): "\(name)(\(field))"
        case .quantile(let field, let percent): "quantile(\(field),0.\(percent < 10 ? "0" : "")\(percent))"
        }
    }

    /// - Parameter events: in the order in which they came in.
    func value(_ events: [[String: Any]]) -> ReferenceValue? {
        switch self {
        case .count: return .number(Double(events.count))
        case .quantile(let field, let percent):
            let values = events.flatMap { ReferenceStore.values(field, $0) }.sorted()
            guard !values.isEmpty else { return nil }
            let rank = (Double("0.\(percent < 10 ? "0" : "")\(percent)")! * Double(values.count)).rounded(.up)
            return values[max(1, min(values.count, Int(rank))) - 1]
        case .of(let name, let field):
            let values = events.flatMap { ReferenceStore.values(field, $0) }
            let numbers = values.compactMap { if case .number(let number) = $0 { number } else { nil } }
            if field == "latency", name == "sum" || name == "avg" {
                // Sums of microseconds are exact, and those of seconds are not.
                let latencies = events.compactMap { $0["_latency"] as? Int64 }
                let sum = Double(latencies.reduce(0, +)) / 1_000_000
                return latencies.isEmpty ? nil : .number(name == "sum" ? sum : sum / Double(latencies.count))
            }
            switch name {
            case "distinct": return .number(Double(Set(values).count))
            case "min": return values.min()
            case "max": return values.max()
            case "sum": return numbers.isEmpty ? nil : .number(numbers.reduce(0, +))
            case "avg": return numbers.isEmpty ? nil : .number(numbers.reduce(0, +) / Double(numbers.count))
            case "first", "last":
                let isFirst = name == "first"
                var best: (time: Int64, value: ReferenceValue)?
                for event in events {
                    guard let value = ReferenceStore.values(field, event).first else { continue }
                    let time = ReferenceStore.time(event) ?? (isFirst ? .max : .min)
                    if best.map({ isFirst ? time < $0.time : time >= $0.time }) ?? true { best = (time, value) }
                }
                return best?.value
            default: return nil
            }
        }
    }
}

extension ReferenceStore {
    struct Row {
        /// The bucket's start in microseconds, if there are buckets.
        var time: Int64?
        var keys: [ReferenceValue?]
        var values: [ReferenceValue?]
    }

    /// The rows of an answer, in its order.
    func answer(_ question: RandomQuestion) -> [Row] {
        struct Key: Hashable {
            var time: Int64?
            var keys: [ReferenceValue?]
        }
        var groups: [Key: [[String: Any]]] = [:]
        for event in events where question.condition.holds(event) {
            var time: Int64?
            if let width = question.every {
                guard let t = Self.time(event) else { continue }
                time = t - ((t % width) + width) % width
            }
            var keys: [[ReferenceValue?]] = [[]]
            for field in question.by {
                let values = Self.values(field, event)
                let choices: [ReferenceValue?] = values.isEmpty ? [nil] : values
                keys = keys.flatMap { key in choices.map { key + [$0] } }
            }
            for key in keys { groups[Key(time: time, keys: key), default: []].append(event) }
        }
        if question.by.isEmpty, question.every == nil, groups.isEmpty { groups[Key(time: nil, keys: [])] = [] }
        var rows = groups.map { key, events in
            Row(time: key.time, keys: key.keys, values: question.aggregates.map { $0.value(events) })
        }
        if question.every != nil, let top = question.top { rows = Self.largestTotals(rows, top) }
        rows.sort { Self.precedes($0, $1, question) }
        if question.every == nil, let top = question.top { rows = Array(rows.prefix(top)) }
        return rows
    }

    private static func order(_ a: ReferenceValue?, _ b: ReferenceValue?) -> Int {
        switch (a, b) {
        case (let a?, let b?): a < b ? -1 : b < a ? 1 : 0
        case (nil, nil): 0
        // Absent values come last.
        case (nil, _): 1
        case (_, nil): -1
        }
    }

    private static func precedesByKeys(_ a: Row, _ b: Row) -> Bool {
        if let x = a.time, let y = b.time, x != y { return x < y }
        for (x, y) in zip(a.keys, b.keys) where order(x, y) != 0 { return order(x, y) < 0 }
        return false
    }

    private static func precedes(_ a: Row, _ b: Row, _ question: RandomQuestion) -> Bool {
        func decide(_ x: ReferenceValue?, _ y: ReferenceValue?, isDescending: Bool) -> Bool? {
            let order = order(x, y)
            guard order != 0 else { return nil }
            return x == nil || y == nil || !isDescending ? order < 0 : order > 0
        }
        let times = question.every == nil ? 0 : 1
        guard let (column, isDescending) = question.order else {
            if let x = a.time, let y = b.time, x != y { return x < y }
            return decide(a.values[0], b.values[0], isDescending: true) ?? precedesByKeys(a, b)
        }
        if column < times {
            guard a.time != b.time else { return precedesByKeys(a, b) }
            return (a.time! < b.time!) != isDescending
        }
        let values = times + question.by.count
        let decided =
            column < values
            ? decide(a.keys[column - times], b.keys[column - times], isDescending: isDescending)
            : decide(a.values[column - values], b.values[column - values], isDescending: isDescending)
        return decided ?? precedesByKeys(a, b)
    }

    /// The rows of the groups whose first aggregate, summed up over time, is largest.
    private static func largestTotals(_ rows: [Row], _ top: Int) -> [Row] {
        var totals: [[ReferenceValue?]: Double] = [:]
        for row in rows {
            var number = 0.0
            if case .number(let value)? = row.values[0] { number = value }
            totals[row.keys, default: 0] += number
        }
        let kept = totals.sorted { a, b in
            if a.value != b.value { return a.value > b.value }
            for (x, y) in zip(a.key, b.key) where order(x, y) != 0 { return order(x, y) < 0 }
            return false
        }.prefix(top)
        let keys = Set(kept.map(\.key))
        return rows.filter { keys.contains($0.keys) }
    }
}

extension EventGenerator {
    private static let fields = [
        "verb", "user.username", "user.groups", "remoteIP", "userAgent", "objectRef.namespace", "objectRef.resource",
        "responseStatus.code", "requestObject.spec.replicas", "user.kind", "sourceIPs", "auditID",
    ]

    mutating func question() -> RandomQuestion {
        func pick(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        let by = Array(
            Self.fields.shuffled(using: &random).prefix([0, 1, 1, 1, 2, 2, 3].randomElement(using: &random)!))
        let numeric = ["responseStatus.code", "latency", "requestObject.spec.replicas"]
        var aggregates: [ReferenceAggregate] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let number = numeric.randomElement(using: &random)!
            let any = (Self.fields + numeric).randomElement(using: &random)!
            let scalar = ["verb", "userAgent", "user.username", "responseStatus.code"].randomElement(using: &random)!
            let aggregate: ReferenceAggregate =
                switch Int.random(in: 0..<9, using: &random) {
                case 0, 1: .count
                case 2: .of("distinct", any)
                case 3: .of("sum", number)
                case 4: .of("avg", number)
                case 5: .of(pick(50) ? "min" : "max", any)
                case 6: .quantile(number, Int.random(in: 0...99, using: &random))
                case 7: .of("first", scalar)
                default: .of("last", scalar)
                }
            if !aggregates.contains(where: { $0.text == aggregate.text }) { aggregates.append(aggregate) }
        }
        var question = RandomQuestion(
            condition: pick(15) ? .constant(true) : extendedCondition(depth: Int.random(in: 0...3, using: &random)),
            by: by, every: pick(30) ? [1, 7, 60, 1440].randomElement(using: &random)! * 60_000_000 : nil,
            aggregates: aggregates, order: nil, top: nil)
        if pick(40) { question.top = Int.random(in: 1...12, using: &random) }
        if pick(30) {
            question.order = (Int.random(in: 0..<question.columns.count, using: &random), pick(50))
        }
        return question
    }

    /// Conditions of all kinds, those on whole events and on times among them.
    mutating func extendedCondition(depth: Int) -> ReferenceCondition {
        let choice = Int.random(in: 0..<10, using: &random)
        if depth > 0, choice < 7 {
            let first = extendedCondition(depth: depth - 1)
            switch choice % 3 {
            case 0: return .and(first, extendedCondition(depth: depth - 1))
            case 1: return .or(first, extendedCondition(depth: depth - 1))
            default: return .not(first)
            }
        }
        switch Int.random(in: 0..<14, using: &random) {
        case 0:
            let texts = [
                "alice", "kubectl", "\"verb\":\"get\"", "\"code\":403", "ns3", "10.", "2024-06-1", "0000", "z\u{e9}",
                "null", "\",\"", "system:masters", "\"spec\":{\"replicas\":2", "no such text", "}", "a", "\\u0061lice",
                "T0", "\"sourceIPs\":[\"10.0.0.1\",\"",
            ]
            return .text("_raw", "contains", texts.randomElement(using: &random)!)
        case 1:
            let patterns = ["n[0-9]+\"", "\"code\":4[0-9][0-9]", "kube.*1", "^\\{\"kind\"", "(alice|bob)", "\\}\\}$"]
            return .text("_raw", "matches", patterns.randomElement(using: &random)!)
        case 2:
            return .text("userAgent", "matches", ["^k", "[0-9]+\\.[0-9]", "http", "x$"].randomElement(using: &random)!)
        case 3:
            return .has(
                [
                    "objectRef", "requestObject", "user", "responseStatus", "requestObject.spec", "user.groups",
                    "nothing",
                ]
                .randomElement(using: &random)!)
        case 4, 5:
            let time = Int64(1_718_000_000_000_000) + Int64.random(in: 0..<400_000_000_000, using: &random)
            return .time(["<", "<=", ">", ">=", "==", "!="].randomElement(using: &random)!, time)
        case 6:
            return .latency(
                ["<", "<=", ">", ">="].randomElement(using: &random)!,
                Int64.random(in: 0..<2_000, using: &random) * 1000)
        default: return condition(depth: 0)
        }
    }
}
