/// A question in the text form: what the command line and HTTP ask.
///
///     TextQuery(where: "responseStatus.code == 403", every: "1h", aggregates: ["count", "distinct(user.username)"])
public struct TextQuery: Sendable, Hashable {
    /// A condition; nil for all events.
    public var `where`: String?
    /// RFC 3339, a date, or `now-24h`: only events at or after it.
    public var since: String?
    /// Only events before it.
    public var until: String?
    /// Fields to group by.
    public var by: [String]
    /// The width of time buckets: `10s`, `1h`, `1d`, `1w`, `1month`, `1y`.
    public var every: String?
    /// The time zone of the buckets by its IANA name; nil for UTC.
    public var timeZone: String?
    /// `count`, `distinct(user.username)` and so on; `count` if there is none.
    public var aggregates: [String]
    /// A condition on the columns of the result, such as `count > 10 && distinct(remoteIP) >= 3`; nil for all rows.
    public var having: String?
    /// Only the first rows; with ``every``, only the groups with the largest totals.
    public var top: Int?
    /// At most so many rows, also with ``every``.
    public var limit: Int?
    /// A column, and `:asc` or `:desc`.
    public var order: String?
    /// Row groups that are worked on at the same time; nil for one a processor.
    public var threads: Int?

    public init(
        where condition: String? = nil, since: String? = nil, until: String? = nil, by: [String] = [],
        every: String? = nil, timeZone: String? = nil, aggregates: [String] = ["count"], having: String? = nil,
        top: Int? = nil, limit: Int? = nil, order: String? = nil,
        threads: Int? = nil
    ) {
        self.where = condition
        self.since = since
        self.until = until
        self.by = by
        self.every = every
        self.timeZone = timeZone
        self.aggregates = aggregates
        self.having = having
        self.top = top
        self.limit = limit
        self.order = order
        self.threads = threads
    }

    /// Splits comma-separated lists such as `user.username,annotations["a,b"]`.
    public static func list(_ text: String) -> [String] { splitList(text) }

    /// Asks a snapshot of a store.
    ///
    /// - Parameter now: what `now` means, in microseconds since 1970.
    /// - Throws: ``ExpressionError`` if the question makes no sense, ``AuditStoreError`` if the store cannot be read.
    package func run(
        on snapshot: Snapshot, schema: SchemaDescription, now: Int64, options: QueryOptions = QueryOptions()
    )
        async throws -> TextResult
    {
        let question = try prepared(snapshot, schema, now: now, options)
        return try question.answer(try await question.groups()).result()
    }

    /// The same, row by row: without a limit, the answer may be larger than the memory budget.
    package func rows(
        on snapshot: Snapshot, schema: SchemaDescription, now: Int64, options: QueryOptions = QueryOptions()
    ) async throws -> TextRows {
        let question = try prepared(snapshot, schema, now: now, options)
        if top == nil, limit == nil {
            return TextRows(
                question, try await question.scan.answer(question.plan) { try question.answer($0).selection() })
        }
        let groups = try await question.groups()
        return TextRows(question, GroupAnswer(groups, try question.answer(groups).selection()))
    }

    private func prepared(
        _ snapshot: Snapshot, _ schema: SchemaDescription, now: Int64, _ options: QueryOptions
    ) throws(ExpressionError) -> PreparedTextQuery {
        let fields = TextFields(schema)
        try checkColumns()
        var scan = EventScan(snapshot, schema: schema)
        try scan.restrict(`where`, since: since, until: until, fields: fields, now: now)
        scan.threads = threads
        scan.options = options
        return PreparedTextQuery(
            query: self, scan: scan, plan: try plan(fields), order: try TextOrder(self),
            having: try TextHaving(self, fields, now: now))
    }

    /// With time buckets, `top` is about the totals over time.
    var isCutByTotals: Bool { every != nil && top != nil }

    /// Whether every group is a candidate for the answer.
    var keepsAll: Bool { having == nil && top == nil && limit == nil }

    var aggregateTexts: [String] { aggregates.isEmpty ? ["count"] : aggregates }

    /// Names of the columns of the result.
    var columns: [String] { (every == nil ? [] : ["time"]) + by + aggregateTexts }

    /// Each column once: the keys of a JSON object are distinct.
    private func checkColumns() throws(ExpressionError) {
        var known: Set<String> = []
        for column in columns where !known.insert(column).inserted {
            throw .whole(
                "the column `\(SourceExcerpt.quotation(column))` is there twice", column,
                hint: "every field of --by and every aggregate may be given once")
        }
    }

    private func plan(_ fields: TextFields) throws(ExpressionError) -> AggregationPlan {
        var keys: [AggregationPlan.Key] = []
        if let buckets = try buckets() {
            // Events without a time are in no bucket.
            keys.append(
                AggregationPlan.Key(
                    FieldReference(keys: fields.schema.eventTime), bucket: buckets, keepsAbsent: false))
        }
        for field in by { keys.append(AggregationPlan.Key(try fields.reference(parsing: field), keepsAbsent: true)) }
        var known: [FieldPath: Int] = [:]
        var references: [FieldReference] = []
        var aggregates: [AggregateKind] = []
        for text in aggregateTexts {
            aggregates.append(
                try TextAggregate.parse(text) { name, transform throws(ExpressionError) in
                    let path = try FieldPath(parsing: name)
                    let reference = fields.reference(path)
                    if let transform {
                        references.append(reference.mapped(transform))
                        return (references.count - 1, .other)
                    }
                    if let index = known[path] { return (index, fields.kind(reference)) }
                    known[path] = references.count
                    references.append(reference)
                    return (references.count - 1, fields.kind(reference))
                })
        }
        return AggregationPlan(keys: keys, fields: references, aggregates: aggregates)
    }
}

extension EventScan {
    /// Applies a condition and a range of times in the text form.
    package mutating func restrict(
        _ condition: String?, since: String?, until: String?, fields: TextFields, now: Int64
    ) throws(ExpressionError) {
        if let condition { predicate = try ExpressionCompiler.predicate(condition, fields: fields, now: now) }
        if let since { self.since = try TextTime.parse(since, now: now) }
        if let until { self.until = try TextTime.parse(until, now: now) }
    }
}
