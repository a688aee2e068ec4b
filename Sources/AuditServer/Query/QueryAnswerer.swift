import AuditOutput
import AuditStore
import HTTPTypes
import Hummingbird
import KubernetesAudit
import NIOCore

/// Answers questions over HTTP: those of the command line, under the same names and in the same forms.
struct QueryAnswerer: Sendable {
    let store: AuditStore<KubernetesAudit>
    let slots: QuerySlots
    let metrics: ServerMetrics
    let limits: ServerLimits

    // MARK: Endpoints

    func query(_ parameters: RequestParameters) async throws -> Response {
        var query = TextQuery(
            where: parameters["where"], since: parameters["since"], until: parameters["until"],
            by: parameters["by"].map(TextQuery.list) ?? [], every: parameters["every"],
            timeZone: parameters["time-zone"], aggregates: parameters["agg"].map(TextQuery.list) ?? ["count"],
            having: parameters["having"], top: parameters.integer("top"), limit: parameters.integer("limit"),
            order: parameters["order"])
        if query.timeZone != nil, query.every == nil { throw Self.apart("time-zone", "every") }
        let fills = parameters.flag("fill")
        if fills, query.every == nil { throw Self.apart("fill", "every") }
        if fills, query.having != nil || query.limit != nil {
            throw HTTPFailure(
                .badRequest, "parameter", "fill adds rows; it does not go with having and limit, which leave rows out")
        }
        // One row more than may be tells that there are more.
        let wanted = query.limit
        if !fills { query.limit = min(wanted ?? .max, limits.queryRows + 1) }
        let isArray = parameters["format"] != "ndjson"
        let (store, options, rowLimit) = (store, options, limits.queryRows)
        return try await answer("query", type: isArray ? "application/json" : "application/x-ndjson") { [query] in
            if fills {
                let result = try await store.answer(query, options: options).filled(as: query)
                try Self.check(result.rows.count, rowLimit)
                return RowPages(RowsInMemory(rows: result.rows), columns: result.columns, isArray: isArray)
            }
            let rows = try await store.rows(of: query, options: options)
            try Self.check(rows.count ?? 0, rowLimit)
            return RowPages(rows, columns: rows.columns, isArray: isArray)
        }
    }

    func events(_ parameters: RequestParameters) async throws -> Response {
        let query = TextEvents(
            where: parameters["where"], since: parameters["since"], until: parameters["until"],
            order: parameters["order"].flatMap { EventOrder(rawValue: $0) } ?? .ingest,
            limit: parameters.integer("limit"))
        let (store, options) = (store, options)
        return try await answer("events", type: "application/x-ndjson") {
            EventPages(try store.events(of: query, options: options))
        }
    }

    func statistics() async throws -> Response {
        let slot = try slots.take()
        defer { extendLifetime(slot) }
        let start = ContinuousClock.now
        let store = store
        let figures = try await Deadline.run(limits.queryTime) {
            try await Background.run { try store.statistics.figures }
        } expired: {
            Self.timeout(limits.queryTime)
        }
        metrics.answered("stats", in: .now - start)
        var row = JSONRow(columns: figures.map(\.name))
        row.append(figures.map(\.value))
        return .json("", row.bytes, "\n")
    }

    // MARK: Answers

    private var options: QueryOptions {
        var options = QueryOptions(memoryBudget: limits.queryMemory)
        options.temporaryDirectory = limits.temporaryDirectory
        return options
    }

    /// The status waits for the first page; what goes wrong later ends the connection, so that nobody takes a part for the whole.
    private func answer(
        _ endpoint: String, type: String, _ ask: @escaping @Sendable () async throws -> any AnswerPages
    ) async throws -> Response {
        let slot = try slots.take()
        let start = ContinuousClock.now
        let end = start + limits.streamTime
        let (metrics, limits) = (metrics, limits)
        let (pages, first) = try await Deadline.run(limits.queryTime) {
            try await Background.run {
                let pages = try await ask()
                return (pages, try await pages.next())
            }
        } expired: {
            Self.timeout(limits.queryTime)
        }
        let body = ResponseBody { writer in
            defer {
                extendLifetime(slot)
                metrics.answered(endpoint, in: .now - start)
            }
            var page = first
            while let bytes = page {
                if bytes.readableBytes > 0 { try await writer.write(bytes) }
                page = try await Deadline.run(end - .now) {
                    try await Background.run { try await pages.next() }
                } expired: {
                    Self.timeout(limits.streamTime)
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: type], body: body)
    }

    private static func check(_ rows: Int, _ limit: Int) throws {
        guard rows > limit else { return }
        throw HTTPFailure(
            .unprocessableContent, "limit",
            "the answer has more than \(limit) rows: ask for fewer groups, or give limit or top")
    }

    private static func apart(_ parameter: String, _ other: String) -> HTTPFailure {
        HTTPFailure(.badRequest, "parameter", "\(parameter) goes with \(other)", [("parameter", .string(parameter))])
    }

    private static func timeout(_ time: Duration) -> HTTPFailure {
        HTTPFailure(.gatewayTimeout, "timeout", "the answer took longer than \(time.components.seconds) seconds")
    }
}
