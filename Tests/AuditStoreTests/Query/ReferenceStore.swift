import Foundation

@testable import AuditStore

/// Answers the same questions over parsed JSON, event by event: what the engine is compared with.
struct ReferenceStore {
    let events: [[String: Any]]

    init(_ lines: [String]) throws {
        events = try lines.map { line in
            var event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as! [String: Any]
            event["_raw"] = line
            if let time = (event["stageTimestamp"] as? String).flatMap(Self.microseconds) {
                event["_time"] = time
                if let received = (event["requestReceivedTimestamp"] as? String).flatMap(Self.microseconds) {
                    event["_latency"] = time - received
                }
            }
            return event
        }
    }

    /// Reads a UTC time in RFC 3339, by Foundation up to the second.
    private static func microseconds(_ text: String) -> Int64? {
        guard text.hasSuffix("Z"), let date = try? Date(text.prefix(19) + "Z", strategy: .iso8601) else { return nil }
        let fraction = text.dropLast().dropFirst(20)
        guard fraction.count <= 6, fraction.allSatisfy(\.isNumber) else { return nil }
        let micros = Int64(fraction + String(repeating: "0", count: 6 - fraction.count)) ?? 0
        return Int64(date.timeIntervalSince1970) * 1_000_000 + micros
    }

    /// The event's time in microseconds.
    static func time(_ event: [String: Any]) -> Int64? { event["_time"] as? Int64 }

    /// The scalars of a field: several for a list, none where it is absent.
    static func values(_ field: String, _ event: [String: Any]) -> [ReferenceValue] {
        switch field {
        case "latency": return (event["_latency"] as? Int64).map { [.number(Double($0) / 1_000_000)] } ?? []
        case "remoteIP": return values("sourceIPs", event).last.map { [$0] } ?? []
        case "user.kind":
            guard case .text(let name)? = values("user.username", event).first else { return [] }
            if name.hasPrefix("system:serviceaccount:") { return [.text("serviceaccount")] }
            if name.hasPrefix("system:node:") { return [.text("node")] }
            if name == "system:anonymous" { return [.text("anonymous")] }
            return [.text(name.hasPrefix("system:") ? "system" : "user")]
        default: break
        }
        var value: Any? = event
        for key in field.split(separator: ".") { value = (value as? [String: Any])?[String(key)] }
        return scalars(value)
    }

    private static func scalars(_ value: Any?) -> [ReferenceValue] {
        switch value {
        case let list as [Any]: return list.flatMap { scalars($0) }
        case let text as String: return [.text(text)]
        case let number as NSNumber: return [.number(number.doubleValue)]
        default: return []
        }
    }

    /// Whether there is anything but null at a path.
    static func has(_ field: String, _ event: [String: Any]) -> Bool {
        var value: Any? = event
        for key in field.split(separator: ".") { value = (value as? [String: Any])?[String(key)] }
        return value != nil && !(value is NSNull)
    }

    /// Keys and count of each group, as text.
    func groups(_ fields: [String], where condition: ReferenceCondition) -> [[ReferenceValue?]: Int] {
        var groups: [[ReferenceValue?]: Int] = [:]
        for event in events where condition.holds(event) {
            var keys: [[ReferenceValue?]] = [[]]
            for field in fields {
                let values = Self.values(field, event)
                let choices: [ReferenceValue?] = values.isEmpty ? [nil] : values
                keys = keys.flatMap { key in choices.map { key + [$0] } }
            }
            for key in keys { groups[key, default: 0] += 1 }
        }
        return groups
    }

    /// Values of a field by group, absent ones left out.
    func collect(_ field: String, by key: String, where condition: ReferenceCondition) -> [ReferenceValue?:
        [ReferenceValue]]
    {
        var groups: [ReferenceValue?: [ReferenceValue]] = [:]
        for event in events where condition.holds(event) {
            let keys = Self.values(key, event)
            for key in keys.isEmpty ? [nil] : keys.map(Optional.some) {
                groups[key, default: []].append(contentsOf: Self.values(field, event))
            }
        }
        return groups
    }
}

enum ReferenceValue: Hashable, Comparable {
    case number(Double)
    case text(String)

    /// Strings are equal only if their bytes are.
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .number(let value): hasher.combine(value)
        case .text(let text): hasher.combine(text)
        }
    }

    static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.number, .text): true
        case (.text, .number): false
        }
    }

    var literal: String {
        switch self {
        case .number(let value): "\(Int(value))"
        case .text(let text): "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
    }
}

/// A condition that can say itself in CEL, and that can be tried on an event.
indirect enum ReferenceCondition {
    case constant(Bool)
    case compare(String, String, ReferenceValue)
    case isIn(String, [ReferenceValue])
    case text(String, String, String)
    case has(String)
    /// A comparison of the event's time, and of its latency, with microseconds.
    case time(String, Int64)
    case latency(String, Int64)
    case holds(ReferenceValue, String)
    case exists(String, String)
    case all(String, String)
    case and(ReferenceCondition, ReferenceCondition)
    case or(ReferenceCondition, ReferenceCondition)
    case not(ReferenceCondition)

    var text: String {
        switch self {
        case .constant(let value): "\(value)"
        case .compare(let field, let comparison, let value): "\(field) \(comparison) \(value.literal)"
        case .isIn(let field, let values): "\(field) in [\(values.map(\.literal).joined(separator: ", "))]"
        case .text(let field, let method, let text): "\(field).\(method)(\(ReferenceValue.text(text).literal))"
        case .has(let field): "has(\(field))"
        case .time(let comparison, let time):
            "stageTimestamp \(comparison) timestamp(\"\(Instant(microseconds: time))\")"
        case .latency(let comparison, let microseconds):
            "latency \(comparison) duration(\"\(microseconds / 1000)ms\")"
        case .holds(let value, let field): "\(value.literal) in \(field)"
        case .exists(let field, let prefix): "\(field).exists(x, x.startsWith(\"\(prefix)\"))"
        case .all(let field, let prefix): "\(field).all(x, x.startsWith(\"\(prefix)\"))"
        case .and(let a, let b): "(\(a.text) && \(b.text))"
        case .or(let a, let b): "(\(a.text) || \(b.text))"
        case .not(let a): "!(\(a.text))"
        }
    }

    func holds(_ event: [String: Any]) -> Bool {
        switch self {
        case .constant(let value): return value
        case .compare(let field, let comparison, let constant):
            guard let value = ReferenceStore.values(field, event).first else { return false }
            switch (value, constant) {
            case (.number, .number), (.text, .text): break
            default: return comparison == "!="
            }
            switch comparison {
            case "==": return value == constant
            case "!=": return value != constant
            case "<": return value < constant
            case "<=": return value <= constant
            case ">": return value > constant
            default: return value >= constant
            }
        case .isIn(let field, let values):
            return ReferenceStore.values(field, event).first.map(values.contains) ?? false
        case .text(let field, let method, let text):
            guard case .text(let value)? = ReferenceStore.values(field, event).first else { return false }
            switch method {
            case "startsWith": return value.hasPrefix(text)
            case "endsWith": return value.hasSuffix(text)
            case "matches": return value.range(of: text, options: .regularExpression) != nil
            default: return Data(value.utf8).range(of: Data(text.utf8)) != nil
            }
        case .has(let field): return ReferenceStore.has(field, event)
        case .time(let comparison, let constant):
            return ReferenceStore.time(event).map { Self.compare($0, comparison, constant) } ?? false
        case .latency(let comparison, let constant):
            return (event["_latency"] as? Int64).map { Self.compare($0, comparison, constant) } ?? false
        case .holds(let value, let field): return ReferenceStore.values(field, event).contains(value)
        case .exists(let field, let prefix):
            return ReferenceStore.values(field, event).contains {
                if case .text(let t) = $0 { t.hasPrefix(prefix) } else { false }
            }
        case .all(let field, let prefix):
            let values = ReferenceStore.values(field, event)
            return !values.isEmpty
                && values.allSatisfy { if case .text(let t) = $0 { t.hasPrefix(prefix) } else { false } }
        case .and(let a, let b): return a.holds(event) && b.holds(event)
        case .or(let a, let b): return a.holds(event) || b.holds(event)
        case .not(let a): return !a.holds(event)
        }
    }

    private static func compare(_ a: Int64, _ comparison: String, _ b: Int64) -> Bool {
        switch comparison {
        case "==": a == b
        case "!=": a != b
        case "<": a < b
        case "<=": a <= b
        case ">": a > b
        default: a >= b
        }
    }
}
