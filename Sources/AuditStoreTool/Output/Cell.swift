/// One value of a result, in the few kinds that every output form can show.
///
/// Numbers stay numbers until a renderer prints them, so that JSON gets numbers and a table can align them.
enum Cell: Sendable, Equatable {
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
    var isNumber: Bool {
        switch self {
        case .int, .double: true
        case .null, .string, .bool, .list, .json: false
        }
    }
}
