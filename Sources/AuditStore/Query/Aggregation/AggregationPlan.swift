/// What a query groups by and aggregates, without types.
package struct AggregationPlan: Sendable {
    package struct Key: Sendable {
        package var field: FieldReference
        /// For times: what they are grouped by.
        package var bucket: TimeBuckets?
        /// Whether events without the field form a group of their own; else they are in none.
        package var keepsAbsent: Bool

        package init(_ field: FieldReference, bucket: TimeBuckets? = nil, keepsAbsent: Bool) {
            self.field = field
            self.bucket = bucket
            self.keepsAbsent = keepsAbsent
        }
    }

    package var keys: [Key]
    /// The fields that are aggregated, each once.
    package var fields: [FieldReference]
    package var aggregates: [AggregateKind]

    package init(keys: [Key], fields: [FieldReference], aggregates: [AggregateKind]) {
        self.keys = keys
        self.fields = fields
        self.aggregates = aggregates
    }

    /// What has to be collected of each field.
    var measures: [MeasureNeeds] {
        fields.indices.map { index in
            var needs = MeasureNeeds()
            for aggregate in aggregates where aggregate.field == index { aggregate.add(to: &needs) }
            return needs
        }
    }
}

/// An aggregate; the number is the index of its field in the plan.
package enum AggregateKind: Sendable, Hashable {
    case count
    case distinct(Int)
    case sum(Int)
    /// The sum of a field that counts what does not fit; 0 where there is nothing.
    case mismatches(Int)
    case smallest(Int)
    case largest(Int)
    case average(Int)
    /// Exact, by nearest rank.
    case quantile(Int, Double)
    /// Of durations within 0.78 %; of fields with a dictionary exact, since their values are counted anyhow.
    case approximateQuantile(Int, Double)
    /// By a sketch: see `DistinctSketch`.
    case approximateDistinct(Int)
    /// Of the sample.
    case standardDeviation(Int)
    /// The values that most events have, with their counts; so many.
    case frequent(Int, Int)
    case histogram(Int, HistogramRule)
    /// The value of the earliest event that has one, and of the latest; ties by ingest sequence.
    case first(Int)
    case last(Int)

    var field: Int? {
        switch self {
        case .count: nil
        case .distinct(let field), .sum(let field), .mismatches(let field), .smallest(let field), .largest(let field),
            .average(let field),
            .quantile(let field, _), .approximateQuantile(let field, _), .approximateDistinct(let field),
            .standardDeviation(let field), .frequent(let field, _), .histogram(let field, _), .first(let field),
            .last(let field):
            field
        }
    }

    func add(to needs: inout MeasureNeeds) {
        switch self {
        case .count: break
        case .distinct: (needs.values, needs.distinct) = (true, true)
        case .frequent: (needs.values, needs.frequent) = (true, true)
        case .quantile(_, let q): (needs.values, needs.quantiles) = (true, needs.quantiles + [q])
        // Those of times are exact.
        case .approximateQuantile(_, let q): (needs.logarithmic, needs.quantiles) = (true, needs.quantiles + [q])
        case .approximateDistinct: needs.hashes = true
        case .standardDeviation: needs.moments = true
        case .histogram(_, let rule): if !needs.histograms.contains(rule) { needs.histograms.append(rule) }
        case .sum, .mismatches, .smallest, .largest, .average: needs.statistics = true
        case .first: needs.first = true
        case .last: needs.last = true
        }
    }
}

/// What is collected of a field for all its aggregates together.
package struct MeasureNeeds: Sendable {
    /// Which values, and how often each.
    var values = false
    /// What the values are needed for.
    var distinct = false
    var frequent = false
    var quantiles: [Double] = []
    /// Count, sum, smallest and largest; for fields with a dictionary these follow from the values.
    var statistics = false
    var first = false
    var last = false
    /// Hashes of the distinct values.
    var hashes = false
    /// These three follow from the values for fields with a dictionary.
    var moments = false
    var logarithmic = false
    var histograms: [HistogramRule] = []

    /// Whether it matters which values of a field with a dictionary there are, and not only how many.
    var valuesThemselves: Bool {
        statistics || moments || logarithmic || frequent || !quantiles.isEmpty || !histograms.isEmpty
    }

    /// Whether the values of a field with a dictionary are needed.
    var codedValues: Bool { values || statistics || moments || logarithmic || !histograms.isEmpty }
}

/// Count, sum and range of a few integers, whose sum mostly fits a word.
struct NarrowStatistics {
    fileprivate var count = 0
    fileprivate var sum: Int64 = 0
    fileprivate var smallest = Int64.max
    fileprivate var largest = Int64.min

    /// - Returns: whether the sum no longer fits.
    @inline(__always)
    mutating func add(_ value: Int64) -> Bool {
        count &+= 1
        let overflow: Bool
        (sum, overflow) = sum.addingReportingOverflow(value)
        smallest = min(smallest, value)
        largest = max(largest, value)
        return overflow
    }
}

/// Count, sum and range of integers: what one pass over times or durations gives.
struct IntegerStatistics: Sendable {
    var count = 0
    var sum: Int128 = 0
    var smallest = Int64.max
    var largest = Int64.min

    init() {}

    init(_ narrow: NarrowStatistics) {
        (count, sum, smallest, largest) = (narrow.count, Int128(narrow.sum), narrow.smallest, narrow.largest)
    }

    @inline(__always)
    mutating func add(_ value: Int64) {
        count &+= 1
        sum &+= Int128(value)
        smallest = min(smallest, value)
        largest = max(largest, value)
    }

    mutating func add(_ other: IntegerStatistics) {
        count += other.count
        sum += other.sum
        smallest = min(smallest, other.smallest)
        largest = max(largest, other.largest)
    }
}
