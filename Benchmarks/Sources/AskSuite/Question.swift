import AuditStore

/// A line of the input: which question to ask, and how.
struct Question: Decodable {
    /// `Q1` to `Q12`, or one of those that take long, for cancellation.
    var query: String
    var threads: Int
    /// Whether to open the store anew: nothing of it is decoded yet.
    var isFresh: Bool
    /// Milliseconds after which the question is cancelled.
    var cancelAfter: Double?
    /// Of Q4.
    var namespace: String
    var since: String
    var until: String
    /// Of Q8.
    var auditID: String
    /// Of Q11: what is meant by the last day.
    var lastDay: String
}

/// A line of the output.
struct Answer: Encodable {
    var seconds: Double
    /// Of processor time, all threads together.
    var cpuSeconds: Double
    var rows: [[Cell]]
    /// The question was cancelled, and `seconds` is the time from then to its end.
    var wasCancelled: Bool?
}

/// Times and durations are microseconds.
enum Cell: Encodable {
    case null
    case text(String)
    case integer(Int64)
    case number(Double)

    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ number: Double?) { self = number.map { .number($0) } ?? .null }
    init(_ time: Instant?) { self = time.map { .integer($0.microseconds) } ?? .null }
    init(_ address: IPAddress?) { self = address.map { .text("\($0)") } ?? .null }
    init(_ duration: Duration?) {
        self =
            duration.map { .integer($0.components.seconds * 1_000_000 + $0.components.attoseconds / 1_000_000_000_000) }
            ?? .null
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .integer(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        }
    }
}
