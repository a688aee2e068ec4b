/// An aggregate as the text form has it: `count`, `distinct(user.username)`, `p99(latency)`, `topK(verb,3)`.
struct TextAggregate {
    private static let names = [
        "count", "distinct", "sum", "min", "max", "avg", "p50", "p95", "p99", "quantile", "first", "last",
        "approxDistinct", "approxQuantile", "topK", "histogram", "stddev", "mismatches",
    ]

    /// A field in the plan, and whether it is a time or a duration.
    typealias Field = (index: Int, kind: TextFields.Kind)
    /// Gets the text of a field, and a function that is applied to its values.
    typealias FieldLookup = (String, FieldReference.Transform?) throws(ExpressionError) -> Field

    /// Parses an aggregate.
    static func parse(_ text: String, field: FieldLookup) throws(ExpressionError) -> AggregateKind {
        if text == "count" || text == "count()" { return .count }
        guard let open = text.utf8.firstIndex(of: 0x28), text.utf8.last == 0x29 else {
            throw unknown(text, name: text)
        }
        let name = String(text[..<open])
        let inner = String(text[text.index(after: open)..<text.index(before: text.endIndex)])
        guard names.contains(name), name != "count" else { throw unknown(text, name: name) }
        switch name {
        case "quantile", "approxQuantile", "topK", "histogram", "mismatches":
            return try parse(name, arguments: splitList(inner), text, field)
        default: break
        }
        let index = try field(inner, nil).index
        switch name {
        case "distinct": return .distinct(index)
        case "approxDistinct": return .approximateDistinct(index)
        case "sum": return .sum(index)
        case "min": return .smallest(index)
        case "max": return .largest(index)
        case "avg": return .average(index)
        case "stddev": return .standardDeviation(index)
        case "first": return .first(index)
        case "last": return .last(index)
        case "p50": return .quantile(index, 0.5)
        case "p95": return .quantile(index, 0.95)
        default: return .quantile(index, 0.99)
        }
    }

    /// An aggregate with a field and something else.
    private static func parse(
        _ name: String, arguments: [String], _ text: String, _ field: FieldLookup
    ) throws(ExpressionError) -> AggregateKind {
        let argument = arguments.count == 2 ? arguments[1] : ""
        switch name {
        case "topK":
            guard let count = Int(argument), count > 0, count <= TextFormLimits.topValues else {
                throw .whole(
                    "`topK` takes a field and a number from 1 to \(TextFormLimits.topValues)", text,
                    hint: "topK(user.username,10)")
            }
            return .frequent(try field(arguments[0], nil).index, count)
        case "mismatches":
            guard arguments.count == 2, let count = mismatches(argument) else {
                throw .whole(
                    "`mismatches` takes a field and a type", text,
                    hint: "types are \(typeNames.joined(separator: ", ")), and `[]` behind one for lists of it")
            }
            return .mismatches(try field(arguments[0], count).index)
        case "histogram":
            guard arguments.count == 2 else { throw histogramError(text) }
            let field = try field(arguments[0], nil)
            guard let rule = histogramRule(argument, field.kind) else { throw histogramError(text) }
            return .histogram(field.index, rule)
        default:
            guard let q = Double(argument), q >= 0, q <= 1 else {
                throw .whole("`\(name)` takes a field and a number from 0 to 1", text, hint: "\(name)(latency,0.99)")
            }
            let index = try field(arguments[0], nil).index
            return name == "quantile" ? .quantile(index, q) : .approximateQuantile(index, q)
        }
    }

    private static let typeNames = ["string", "int", "double", "bool", "time", "ip"]

    /// What counts the values that are not of a type.
    private static func mismatches(_ type: String) -> FieldReference.Transform? {
        let isList = type.hasSuffix("[]")
        func count<Value: FieldValue>(_: Value.Type) -> FieldReference.Transform {
            guard isList else { return { FieldReference.mismatches($0, with: Value.self) } }
            return { FieldReference.mismatches($0, with: [Value].self) }
        }
        switch isList ? String(type.dropLast(2)) : type {
        case "string": return count(String.self)
        case "int": return count(Int.self)
        case "double": return count(Double.self)
        case "bool": return count(Bool.self)
        case "time": return count(Instant.self)
        case "ip": return count(IPAddress.self)
        default: return nil
        }
    }

    /// A width, or ascending boundaries in brackets; seconds for durations.
    private static func histogramRule(_ text: String, _ kind: TextFields.Kind) -> HistogramRule? {
        func number(_ text: String) -> EventValue? {
            guard let number = Double(text), number.isFinite, kind != .time else { return nil }
            guard kind == .duration else { return EventValue(number: number) }
            let microseconds = (number * 1_000_000).rounded()
            return abs(microseconds) < 0x1p62 ? .duration(Int64(microseconds)) : nil
        }
        if text.utf8.first == 0x5b, text.utf8.last == 0x5d {
            let bounds = splitList(String(text.dropFirst().dropLast())).map(number)
            let known = bounds.compactMap { $0 }
            guard !known.isEmpty, known.count == bounds.count, known.count <= TextFormLimits.boundaries,
                zip(known, known.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            return .boundaries(known)
        }
        guard let width = number(text), let size = width.number, size > 0 else { return nil }
        return .width(width)
    }

    private static func histogramError(_ text: String) -> ExpressionError {
        .whole(
            "`histogram` takes a field of numbers and a width above 0, or ascending boundaries", text,
            hint: "histogram(latency,0.1) or histogram(latency,[0.1,0.5,1])")
    }

    private static func unknown(_ text: String, name: String) -> ExpressionError {
        let nearest = ExpressionError.nearestName(to: name, among: names)
        let hint = nearest.map { "did you mean `\($0)`?" } ?? "there are \(names.joined(separator: ", "))"
        return .whole("there is no aggregate `\(SourceExcerpt.quotation(text))`", text, hint: hint)
    }
}
