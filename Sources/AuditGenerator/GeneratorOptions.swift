/// How much of the requests and answers the generated events hold.
public enum GeneratedLevel: String, Sendable, CaseIterable {
    /// No bodies.
    case metadata
    /// Bodies of what people, pipelines and controllers change, as on managed clusters: about one event in twelve.
    case mixed
    /// Bodies of nearly everything.
    case requestresponse
}

/// What to generate. Equal options give equal bytes, on every machine and with any number of threads.
public struct GeneratorOptions: Sendable {
    /// The bounds of each option, with the reason where it is not plain.
    public enum Limit {
        /// More than a petabyte of text.
        public static let events = 1...1_000_000_000_000
        /// As many as Kubernetes supports in one cluster.
        public static let nodes = 1...5000
        public static let days = 1...3660
        public static let threads = 1...256
    }

    /// So many lines, exactly.
    public var events: Int
    /// The size of the cluster; workloads and people grow with it.
    public var nodes = 200
    public var seed: UInt64 = 1
    public var level = GeneratedLevel.mixed
    /// Microseconds since 1970, UTC.
    public var start = GeneratorOptions.defaultStart
    /// The events are spread over so many days.
    public var days = GeneratorOptions.defaultDays
    public var threads = 1

    /// 2025-10-01T00:00:00Z. Fixed, so that the same seed gives the same bytes tomorrow.
    public static let defaultStart: Int64 = 1_759_276_800 * Span.second
    /// Thirteen months.
    public static let defaultDays = 396
    /// From the first commit of Kubernetes (objects are older than the log, and times before 1970 are none) to the end of 2199.
    public static let starts: ClosedRange<Int64> = 1_402_012_800 * Span.second...7_258_118_399 * Span.second

    public init(events: Int) { self.events = events }

    func checked() throws(GeneratorError) -> GeneratorOptions {
        func check<Value: Comparable & Sendable>(
            _ name: String, _ value: Value, in range: ClosedRange<Value>
        ) throws(GeneratorError) {
            if !range.contains(value) {
                throw GeneratorError(
                    message: "\(name): from \(range.lowerBound) to \(range.upperBound), and not \(value)")
            }
        }
        try check("events", events, in: Limit.events)
        try check("nodes", nodes, in: Limit.nodes)
        try check("days", days, in: Limit.days)
        try check("threads", threads, in: Limit.threads)
        try check("start", start, in: Self.starts)
        return self
    }
}

/// An option that is out of its bounds.
public struct GeneratorError: Error, Sendable, CustomStringConvertible {
    public var message: String
    public var description: String { message }
}
