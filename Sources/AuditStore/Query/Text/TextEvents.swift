/// A question for events in the text form.
public struct TextEvents: Sendable, Hashable {
    /// A condition; nil for all events.
    public var `where`: String?
    /// RFC 3339, a date, or `now-24h`: only events at or after it.
    public var since: String?
    /// Only events before it.
    public var until: String?
    public var order: EventOrder
    /// At most so many; nil for all.
    public var limit: Int?

    public init(
        where condition: String? = nil, since: String? = nil, until: String? = nil, order: EventOrder = .ingest,
        limit: Int? = nil
    ) {
        self.where = condition
        self.since = since
        self.until = until
        self.order = order
        self.limit = limit
    }

    /// Delivers the events, each the exact bytes it came in as, without a line end.
    package func run(
        on snapshot: Snapshot, schema: SchemaDescription, now: Int64, options: QueryOptions = QueryOptions(),
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try scan(of: snapshot, schema: schema, now: now, options: options)
            .forEachEvent(order: order, limit: limit, body)
    }

    func scan(
        of snapshot: Snapshot, schema: SchemaDescription, now: Int64, options: QueryOptions
    ) throws(ExpressionError) -> EventScan {
        var scan = EventScan(snapshot, schema: schema)
        try scan.restrict(`where`, since: since, until: until, fields: TextFields(schema), now: now)
        scan.options = options
        return scan
    }
}
