import HTTPTypes

extension Endpoint {
    private static let selection = [
        Parameter("where", .string, "A condition, in CEL."),
        Parameter("since", .string, "Only events at or after: RFC 3339, a date, or now-24h."),
        Parameter("until", .string, "Only events before."),
    ]
    private static let ingestFailures = [400, 401, 403, 405, 408, 413, 415, 422, 429, 500, 503, 507]
    private static let readFailures = [400, 401, 405, 413, 415, 422, 429, 500, 503, 504]

    /// All of the server.
    static let all = [
        Endpoint(
            name: .receive, methods: [.post], path: "/v1/clusters/{cluster}/events", access: .ingest,
            summary: "Takes a batch of an apiserver's audit webhook. 200 when all of its events are durable.",
            parameters: [timeout], content: .receipt, failures: ingestFailures),
        Endpoint(
            name: .receiveByToken, methods: [.post], path: "/", access: .ingest,
            summary: "The same; the token tells the cluster.", parameters: [timeout], content: .receipt,
            failures: ingestFailures),
        Endpoint(
            name: .query, methods: [.get, .post], path: "/v1/query", access: .read,
            summary: "Groups and aggregates events, as `auditstore query`.",
            parameters: selection + [
                Parameter("by", .string, "Fields to group by, with commas between them."),
                Parameter("every", .string, "The width of time buckets: 10s, 30m, 1h, 1d, 1w, 1month."),
                Parameter("time-zone", .string, "The time zone of the buckets, such as Europe/Berlin. Default: UTC."),
                Parameter("agg", .string, "Aggregates, with commas between them. Default: count."),
                Parameter("having", .string, "Only rows for which this holds, in CEL over the columns: `count > 10`."),
                Parameter(
                    "top", .integer(1...1_000_000_000),
                    "Only the first rows; with every, the groups with the largest totals."),
                Parameter("limit", .integer(1...1_000_000_000), "At most so many rows, also with every."),
                Parameter("order", .string, "A column of the result, and :asc or :desc."),
                Parameter("fill", .boolean, "Rows for time buckets without events, too."),
                Parameter("format", .choice(["json", "ndjson"]), "An array, or a row a line. Default: json."),
            ], content: .rows, failures: readFailures),
        Endpoint(
            name: .events, methods: [.get, .post], path: "/v1/events", access: .read,
            summary: "Events, each the exact bytes it came in as, one a line, as `auditstore events`.",
            parameters: selection + [
                Parameter("order", .choice(["ingest", "oldest", "newest"]), "Default: ingest."),
                Parameter("limit", .integer(0...1_000_000_000), "At most so many."),
            ], content: .events, failures: readFailures),
        Endpoint(
            name: .stats, methods: [.get], path: "/v1/stats", access: .read,
            summary: "Events, time range, raw and stored bytes, as `auditstore stats --format json`.",
            content: .statistics, failures: readFailures),
        Endpoint(
            name: .metrics, methods: [.get], path: "/metrics", access: .read,
            summary: "Metrics in Prometheus' text format.", content: .text, failures: [401, 405, 500]),
        Endpoint(
            name: .health, methods: [.get], path: "/healthz", access: .everybody,
            summary: "Whether the process answers.", content: .status, failures: [405]),
        Endpoint(
            name: .readiness, methods: [.get], path: "/readyz", access: .everybody,
            summary: "Whether events are taken.", content: .status, failures: [405, 503]),
        Endpoint(
            name: .description, methods: [.get], path: "/openapi.json", access: .everybody,
            summary: "This document.", content: .openAPI, failures: [405]),
    ]

    private static let timeout = Parameter(
        "timeout", .string, "As apiservers send it; what counts is the server's own time limit.")
}
