import AuditStore

/// A line of the input: which question to ask, and how.
package struct Question: Decodable, Sendable {
    /// `Q1` to `Q12`, or one of those that take long, for cancellation.
    package var query: String
    package var threads: Int
    /// Whether to open the store anew: nothing of it is decoded yet.
    package var isFresh: Bool
    /// Milliseconds after which the question is cancelled.
    package var cancelAfter: Double?
    /// Of Q4.
    package var namespace: String
    package var since: String
    package var until: String
    /// Of Q8.
    package var auditID: String
    /// Of Q11: what is meant by the last day.
    package var lastDay: String

    package init(
        _ query: String, threads: Int, isFresh: Bool = false, namespace: String, since: String, until: String,
        auditID: String,
        lastDay: String
    ) {
        self.query = query
        self.threads = threads
        self.isFresh = isFresh
        self.namespace = namespace
        self.since = since
        self.until = until
        self.auditID = auditID
        self.lastDay = lastDay
    }
}

/// A line of the output.
package struct Answer: Encodable {
    package var seconds: Double
    /// Of processor time, all threads together.
    package var cpuSeconds: Double
    package var rows: [[Cell]]
    /// The question was cancelled, and `seconds` is the time from then to its end.
    package var wasCancelled: Bool?

    package init(seconds: Double, cpuSeconds: Double, rows: [[Cell]], wasCancelled: Bool? = nil) {
        self.seconds = seconds
        self.cpuSeconds = cpuSeconds
        self.rows = rows
        self.wasCancelled = wasCancelled
    }
}

/// Times and durations are microseconds.
package enum Cell: Encodable, Sendable {
    case null
    case text(String)
    case integer(Int64)
    case number(Double)

    package init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    package init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    package init(_ number: Double?) { self = number.map { .number($0) } ?? .null }
    package init(_ time: Instant?) { self = time.map { .integer($0.microseconds) } ?? .null }
    package init(_ address: IPAddress?) { self = address.map { .text("\($0)") } ?? .null }
    package init(_ duration: Duration?) {
        self =
            duration.map { .integer($0.components.seconds * 1_000_000 + $0.components.attoseconds / 1_000_000_000_000) }
            ?? .null
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .integer(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        }
    }
}
