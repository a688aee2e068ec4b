import SegmentFormat

/// The events that the legal holds of a store are about.
struct HeldEvents {
    private let predicate: Predicate?
    private let times: TimeBounds

    /// - Throws: `ExpressionError` if a condition makes no sense.
    init(_ holds: [LegalHold], schema: SchemaDescription) throws {
        let predicates = try holds.map { try $0.predicate(schema) }
        let predicate = predicates.isEmpty ? nil : predicates.count == 1 ? predicates[0] : Predicate.or(predicates)
        self.predicate = predicate
        times = predicate?.times(of: schema.eventTime) ?? .none
    }

    /// The rows that are held and not deleted; nil if none can be, which no file has to be read for.
    func rows(_ segment: SegmentDescription, _ reader: () throws -> SegmentReader, _ finder: RowFinder) throws
        -> RowSet?
    {
        guard let predicate, segment.canHold(times) else { return nil }
        let rows = try finder.rows(predicate, of: try reader())
        return rows.isEmpty ? nil : rows
    }
}

extension LegalHold {
    func predicate(_ schema: SchemaDescription) throws(ExpressionError) -> Predicate {
        let fields = TextFields(schema)
        let test = try condition.map { condition throws(ExpressionError) in
            try ExpressionCompiler.predicate(condition, fields: fields, now: added)
        }
        return (test ?? .constant(true)).during(since, until, of: FieldReference(keys: schema.eventTime))
    }
}
