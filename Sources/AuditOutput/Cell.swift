package import AuditStore

/// One value of a result, in the few kinds that every output form can show.
///
/// Numbers stay numbers until a renderer prints them, so that JSON gets numbers and a table can align them.
package enum Cell: Sendable, Equatable {
    /// The path was absent from the event, or the aggregate had nothing to work on.
    case null
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    case list([Cell])
    /// JSON text as it stands in an event: an object, or a number beyond all range.
    case json(String)

    /// Whether a table aligns the value to the right.
    package var isNumber: Bool {
        switch self {
        case .int, .double: true
        case .null, .string, .bool, .list, .json: false
        }
    }
}

extension Cell {
    package init(_ value: TextValue) {
        switch value {
        case .null: self = .null
        case .string(let text): self = .string(text)
        case .int(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .bool(let flag): self = .bool(flag)
        case .json(let text): self = .json(text)
        case .list(let values): self = .list(values.map(Cell.init))
        }
    }
}
