extension EventQuery {
    /// Only events that fulfil a condition, and lie in a range of times, in the text form; and what the query asked before.
    ///
    ///     try store.events.matching("responseStatus.code == 403", since: "now-24h")
    ///
    /// - Parameters:
    ///   - condition: CEL; nil for all events.
    ///   - since: RFC 3339, a date, or `now-24h`: only events at or after it.
    ///   - until: only events before it.
    /// - Throws: `ExpressionError` if one of them makes no sense.
    public func matching(_ condition: String?, since: String? = nil, until: String? = nil) throws -> Self {
        let now = SystemClock.microsecondsSince1970
        var query = self
        if let since { query = query.since(Instant(microseconds: try TextTime.parse(since, now: now))) }
        if let until { query = query.until(Instant(microseconds: try TextTime.parse(until, now: now))) }
        guard let condition else { return query }
        let added = try Self.condition(condition, now: now)
        return query.where { _ in added }
    }

    /// The same conditions, at any time.
    package func atAnyTime() -> Self {
        var query = self
        query.scan.since = nil
        query.scan.until = nil
        return query
    }

    /// All events of the same time.
    package func unconditional() -> Self {
        var query = self
        query.scan.predicate = .constant(true)
        return query
    }

    /// Where the times of the query begin.
    package var start: Instant? { scan.since.map { Instant(microseconds: $0) } }

    /// A condition in the text form.
    /// - Throws: `ExpressionError` if it makes no sense.
    package static func condition(_ text: String, now: Int64 = SystemClock.microsecondsSince1970) throws -> Condition {
        Condition(try ExpressionCompiler.predicate(text, fields: TextFields(Schema.description), now: now))
    }

    /// Fields in the text form as keys; events that lack one have nil there.
    static func keys(_ fields: [String]) throws -> InvestigationKeys<[EventValue?]> {
        let known = TextFields(Schema.description)
        let keys = try fields.map { AggregationPlan.Key(try known.reference(parsing: $0), keepsAbsent: true) }
        return InvestigationKeys(keys: keys) { $0 }
    }
}

/// What an investigation groups by, and how the keys of a group become a Swift value.
struct InvestigationKeys<Output: Sendable>: Sendable {
    let keys: [AggregationPlan.Key]
    /// nil if the keys are of other types, so that the group is no part of the answer.
    let output: @Sendable ([EventValue?]) -> Output?
}

extension EventQuery {
    static func keys<each Key: GroupingKey>(
        _ keys: (Schema.Fields) -> (repeat each Key)
    ) -> InvestigationKeys<(repeat (each Key).Output)> {
        var descriptions: [AggregationPlan.Key] = []
        let all = keys(Schema.fields)
        repeat descriptions.append((each all).description.key)
        return InvestigationKeys(keys: descriptions) { values in
            var next = 0
            func output<K: GroupingKey>(_: K.Type) throws -> K.Output {
                defer { next += 1 }
                guard let output = K.output(values[next]) else { throw OtherType() }
                return output
            }
            return try? (repeat output((each Key).self))
        }
    }
}

private struct OtherType: Error {}
