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
    var partition: GroupPartition
    /// Bytes that a row group's rows may take once each element of their lists has one.
    var expansionBudget: Int
    /// The keys whose hash decides to which part a group belongs: not time buckets, so that all of a key's lie in one part.
    var hashedKeys: [Int]

    /// nil if no event of the segment can match.
    init?(
        _ segment: SegmentReader, _ plan: AggregationPlan, _ predicate: Predicate, _ schema: SchemaDescription,
        _ partition: GroupPartition, expansionBudget: Int
    ) throws(SegmentError) {
        self.predicate = try predicate.prepared(for: segment, schema: schema)
        if case .constant(false) = self.predicate { return nil }
        self.partition = partition
        self.expansionBudget = expansionBudget
        let unbucketed = plan.keys.indices.filter { plan.keys[$0].bucket == nil }
        hashedKeys = unbucketed.isEmpty ? Array(plan.keys.indices) : unbucketed
        keys = []
        measures = []
        for key in plan.keys {
            let field = try segment.resolve(key.field, schema: schema)
            keys.append(Key(field: field, bucket: key.bucket, table: try Self.table(field, hashes: !partition.isWhole)))
        }
        for (field, needs) in zip(plan.fields, plan.measures) {
            let field = try segment.resolve(field, schema: schema)
            measures.append(Measure(field: field, needs: needs, table: try Self.table(field, hashes: needs.hashes)))
        }
        eventTime = try segment.resolve(FieldReference(keys: schema.eventTime), schema: schema)
    }

    private static func table(_ field: ResolvedField, hashes: Bool = false) throws(SegmentError) -> ElementTable? {
        guard case .dictionary(_, let table) = field else { return nil }
        return try ElementTable(ofSegment: table, hashes: hashes)
    }
}
