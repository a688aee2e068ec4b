/// A cell of a result in the text form, ready to be printed as JSON, CSV or text.
public enum TextValue: Sendable, Hashable {
    case null
    case string(String)
    case int(Int64)
    /// Finite.
    case double(Double)
    case bool(Bool)
    case list([TextValue])
    /// JSON text as it stands in an event: an object, or a number beyond all range.
    case json(String)

    /// Times become RFC 3339 with six digits of a second, durations seconds.
    package init(_ value: EventValue?) {
        switch value {
        case nil: self = .null
        case .string(let text)?: self = .string(text)
        case .integer(let number)?: self = .int(number)
        case .double(let number)?: self = number.isFinite ? .double(number) : .null
        case .bool(let value)?: self = .bool(value)
        case .time(let time)?: self = .string(time.description)
        case .duration(let microseconds)?: self = .double(Double(microseconds) / 1_000_000)
        case .list(let values)?: self = .list(values.map { TextValue($0) })
        case .json(let text)?: self = .json(text)
        }
    }
}

/// The rows of a query in the text form.
public struct TextResult: Sendable, Hashable {
    /// `time` if there are time buckets, then the fields and the aggregates, each under its text as given.
    public var columns: [String]
    /// A value for each column.
    public var rows: [[TextValue]]
    /// How many of the columns, from the first on, are keys.
    public var keyColumns: Int
}
