import SegmentFormat

/// An aggregation in one segment: fields are resolved, and dictionaries turned into tables of ids.
struct PreparedAggregation: Sendable {
    struct Key: Sendable {
        var field: ResolvedField
        var bucket: TimeBuckets?
        /// For fields with a dictionary of the segment.
        var table: ElementTable?
    }

    struct Measure: Sendable {
        var field: ResolvedField
        var needs: MeasureNeeds
        var table: ElementTable?
    }

    var predicate: PreparedPredicate
    var keys: [Key]
    var measures: [Measure]
    /// For first and last.
    var eventTime: ResolvedField

    /// nil if no event of the segment can match.
    init?(_ segment: SegmentReader, _ plan: AggregationPlan, _ predicate: Predicate, _ schema: SchemaDescription)
        throws(SegmentError)
    {
        self.predicate = try predicate.prepared(for: segment, schema: schema)
        if case .constant(false) = self.predicate { return nil }
        keys = []
        measures = []
        for key in plan.keys {
            let field = try segment.resolve(key.field, schema: schema)
            keys.append(Key(field: field, bucket: key.bucket, table: Self.table(field)))
        }
        for (field, needs) in zip(plan.fields, plan.measures) {
            let field = try segment.resolve(field, schema: schema)
            measures.append(Measure(field: field, needs: needs, table: Self.table(field, hashes: needs.hashes)))
        }
        eventTime = try segment.resolve(FieldReference(keys: schema.eventTime), schema: schema)
    }

    private static func table(_ field: ResolvedField, hashes: Bool = false) -> ElementTable? {
        guard case .dictionary(_, let table) = field else { return nil }
        return ElementTable(table, hashes: hashes)
    }
}
