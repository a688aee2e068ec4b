import HTTPTypes

/// A parameter of a request, named as the option of the command line.
struct Parameter: Sendable {
    enum Kind: Sendable {
        case string
        case integer(ClosedRange<Int>)
        case boolean
        case choice([String])
    }
    var name: String
    var kind: Kind
    var description: String

    init(_ name: String, _ kind: Kind = .string, _ description: String) {
        self.name = name
        self.kind = kind
        self.description = description
    }
}

/// What the server answers at one path: routes, checks of parameters and the OpenAPI document are made of this.
struct Endpoint: Sendable {
    enum Name: String, CaseIterable {
        case receive, receiveByToken, query, events, stats, metrics, health, readiness, description
    }
    enum Access: Sendable { case everybody, ingest, read }
    /// The content of an answer: its type, and the name of its schema.
    enum Content: String, Sendable {
        case receipt, rows, events, statistics, text, status, openAPI
    }

    var name: Name
    var methods: [HTTPRequest.Method]
    /// `{cluster}` stands for one segment.
    var path: String
    var access: Access
    var summary: String
    var parameters: [Parameter] = []
    var content: Content
    /// Statuses besides 200.
    var failures: [Int]

    var segments: [Substring] { path.split(separator: "/") }

    /// The values of the path's variables; nil if it is another path.
    func match(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            if segment.hasPrefix("{") {
                values[String(segment.dropFirst().dropLast())] = String(part)
            } else if segment != part {
                return nil
            }
        }
        return values
    }
}
