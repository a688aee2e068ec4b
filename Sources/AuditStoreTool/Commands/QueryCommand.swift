import ArgumentParser
import AuditStore

/// The options that say which events a subcommand is about.
struct EventSelection: ParsableArguments {
    @Option(name: .customLong("where"), help: ArgumentHelp("A condition, in CEL.", valueName: "expr"))
    var condition: String?
    @Option(help: ArgumentHelp("Only events at or after: RFC 3339, a date, or now-24h.", valueName: "time"))
    var since: String?
    @Option(help: ArgumentHelp("Only events before.", valueName: "time")) var until: String?
}

struct QueryCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Groups and aggregates events.",
        discussion: """
            Aggregates: count, distinct(F), sum(F), min(F), max(F), avg(F), stddev(F), p50(F), p95(F), p99(F), \
            quantile(F,q), first(F), last(F), approxDistinct(F), approxQuantile(F,q), topK(F,k), mismatches(F,type), histogram(F,width), \
            histogram(F,[b,…]). Fields are the JSON paths of the event, and latency, remoteIP, user.kind, \
            user.namespace, user.serviceaccount, userAgent.product, isTerminal; of CloudTrail user.kind, user.name, user.mfa, service, \
            remoteIP, callingService, userAgent.product, isRefused.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: EventSelection
    @OptionGroup var output: FormatOption
    @Option(help: ArgumentHelp("Fields to group by.", valueName: "field,…")) var by: String?
    @Option(help: ArgumentHelp("The width of time buckets: 10s, 30m, 1h, 1d, 1w, 1month.", valueName: "width"))
    var every: String?
    @Option(
        help: ArgumentHelp("The time zone of the buckets, such as Europe/Berlin. (default: UTC)", valueName: "name"))
    var timeZone: String?
    @Option(help: ArgumentHelp("Aggregates. (default: count)", valueName: "a,…")) var agg: String?
    @Option(
        help: ArgumentHelp("Only the first rows; with --every, the groups with the largest totals.", valueName: "n"))
    var top: Int?
    @Option(
        help: ArgumentHelp(
            "Only rows for which this holds, in CEL over the columns: 'count > 10 && distinct(remoteIP) > 1'.",
            valueName: "expr"))
    var having: String?
    @Option(help: ArgumentHelp("At most so many rows, also with --every.", valueName: "n")) var limit: Int?
    @Option(help: ArgumentHelp("A column of the result, and asc or desc.", valueName: "field:asc|desc")) var order:
        String?
    @Flag(help: "Rows for time buckets without events, too.") var fill = false
    @Flag(help: "Draws the first aggregate over time as a chart; goes with --every.") var chart = false
    @Option(help: ArgumentHelp("Workers. (default: one a processor)", valueName: "n")) var threads: Int?
    @Option(
        help: ArgumentHelp(
            "Memory for groups and the answer: 512MB, 2GB. More groups than fit take more passes. (default: 512MB)",
            valueName: "bytes"))
    var memoryBudget: ByteCount?
    @Flag(help: "Executes the query, and prints what it looked at and what it left out instead of the answer.")
    var explain = false

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top takes a number from 1 up.") }
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 up.") }
        if fill, having != nil || limit != nil {
            throw ValidationError("--fill adds rows; it does not go with --having and --limit, which leave rows out.")
        }
        if let threads, threads < 1 || threads > 256 {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
        if chart, every == nil || by != nil { throw ValidationError("--chart goes with --every and without --by.") }
        if timeZone != nil, every == nil { throw ValidationError("--time-zone goes with --every.") }
        if let memoryBudget, memoryBudget.bytes < 1_000_000 {
            throw ValidationError("--memory-budget takes a megabyte or more.")
        }
        if fill, every == nil { throw ValidationError("--fill goes with --every.") }
    }

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        let query = TextQuery(
            where: selection.condition, since: selection.since, until: selection.until,
            by: by.map(TextQuery.list) ?? [], every: every, timeZone: timeZone,
            aggregates: agg.map(TextQuery.list) ?? ["count"], having: having,
            top: top, limit: limit, order: order, threads: threads)
        var queryOptions = QueryOptions()
        if let memoryBudget { queryOptions.memoryBudget = memoryBudget.bytes }
        var out = OutputBuffer(descriptor: 1)
        if explain {
            try ResultRecord(await store.explain(query, options: queryOptions))
                .write(as: output.resolved, style: output.style, to: &out)
            return try out.flush()
        }
        let bar = ProgressBar(label: "query", totalBytes: nil, delay: .milliseconds(500), quiet: options.quiet)
        queryOptions.progress = {
            bar.update(
                bytes: $0.bytes, events: $0.events, totalBytes: $0.totalBytes,
                label: $0.pass > 1 ? "query, pass \($0.pass)" : "query")
        }
        let format = output.resolved
        // A table has to see all rows before it can align the first; other forms take an answer of any size.
        if fill || chart || format == .table {
            var result: TextResult
            do { result = try await store.answer(query, options: queryOptions) } catch {
                bar.finish(.removed)
                throw error
            }
            bar.finish(.removed)
            if fill || chart { result = try result.filled(as: query) }
            if chart {
                try Self.chart(result, title: "\(result.columns[1]) per \(every ?? "")").write(
                    style: output.style, to: &out)
            } else {
                try ResultTable(columns: result.columns, rows: result.rows.map { $0.map(Cell.init) })
                    .write(as: format, style: output.style, to: &out)
            }
        } else {
            let rows: TextRows
            do { rows = try await store.rows(of: query, options: queryOptions) } catch {
                bar.finish(.removed)
                throw error
            }
            bar.finish(.removed)
            var renderer = format.renderer(columns: rows.columns, style: output.style)
            for try await row in rows { try renderer.append(row.map(Cell.init), to: &out) }
            try renderer.finish(to: &out)
        }
        try out.flush()
    }

    private static func chart(_ result: TextResult, title: String) -> BarChart {
        let labels = TimeLabels.short(
            result.rows.map { row in
                if case .string(let time) = row[0] { time } else { "" }
            })
        let points = zip(labels, result.rows).map { label, row in
            let value: Double =
                switch row[1] {
                case .int(let value): Double(value)
                case .double(let value): value
                default: 0
                }
            return BarChart.Point(label: label, value: value)
        }
        return BarChart(title: title, points: points, shape: .columns(height: 8))
    }
}
