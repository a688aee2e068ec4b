extension Aggregate where Output == Int {
    /// About how many different values the field has, in 16 KiB a group: exact up to 1,024 values, beyond with a standard
    /// error of 0.81 % (HyperLogLog). ``distinct(_:)`` is exact, and takes memory for each value.
    public static func approximateDistinct<Value: FieldValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self {
        Self(field, { .approximateDistinct($0) }) { $0.value.flatMap(Int.init(eventValue:)) ?? 0 }
    }
}

extension Aggregate {
    /// The quantile by nearest rank, off by at most 0.78 % of its value (a DDSketch; ``quantile(_:of:)`` is exact, and takes memory
    /// for each event). Of fields other than durations it is exact. nil if no event has a value.
    public static func approximateQuantile<Value: FieldValue & Comparable>(
        _ q: Double, of field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .approximateQuantile($0, q) } }

    /// The standard deviation of the values as a sample (n - 1 in the denominator), of durations in seconds; nil if fewer than two
    /// events have one.
    public static func standardDeviation<Value: FieldValue & AdditiveArithmetic>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Double? {
        Self(field, { .standardDeviation($0) }) { $0.value?.number }
    }

    /// The values that most events have, with their counts, most frequent first, equal ones by value upwards. Exact.
    public static func mostFrequent<Value: FieldValue>(
        _ count: Int, of field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == [ValueCount<Value>] {
        Self(field, { .frequent($0, Swift.max(count, 0)) }, ValueCount.counts)
    }

    /// The same of a list: the elements that most events have. (A list as a whole is no value that is counted.)
    public static func mostFrequent<Element: FieldValue>(
        _ count: Int, ofElements field: any KeyPath<Fields, Field<[Element]>> & Sendable
    ) -> Self where Output == [ValueCount<Element>] {
        Self(field, { .frequent($0, Swift.max(count, 0)) }, ValueCount.counts)
    }

    /// How many values lie in each stretch of `width`, counted from 0 in both directions; stretches without values are left out. A
    /// width that is not positive gives one bucket for all values.
    public static func histogram<Value: HistogramValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable, width: Value
    ) -> Self where Output == [HistogramBucket<Value>] {
        histogram(field, width > .zero ? .width(width.eventValue) : .boundaries([]))
    }

    /// How many values lie between boundaries: a bucket below the first, one from each to the next, and one from the last on.
    public static func histogram<Value: HistogramValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable, boundaries: [Value]
    ) -> Self where Output == [HistogramBucket<Value>] {
        histogram(field, .boundaries(Set(boundaries).sorted().map(\.eventValue)))
    }

    private static func histogram<Value: HistogramValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable, _ rule: HistogramRule
    ) -> Self where Output == [HistogramBucket<Value>] {
        Self(field, { .histogram($0, rule) }) { result in
            guard case .ranges(let ranges) = result else { return [] }
            return ranges.map { range in
                HistogramBucket(
                    lowerBound: range.lower.flatMap(Value.init(eventValue:)),
                    upperBound: range.upper.flatMap(Value.init(eventValue:)), count: range.count)
            }
        }
    }
}

/// A value and how many events have it.
public struct ValueCount<Value: FieldValue>: Sendable, Hashable {
    public var value: Value
    public var count: Int

    @Sendable fileprivate static func counts(_ result: AggregateResult) -> [Self] {
        guard case .values(let values) = result else { return [] }
        return values.compactMap { counted in
            Value(eventValue: counted.value).map { Self(value: $0, count: counted.count) }
        }
    }
}

/// A bucket of a histogram: values from the lower bound on, below the upper one. nil: without end.
public struct HistogramBucket<Value: HistogramValue>: Sendable, Hashable {
    public var lowerBound: Value?
    public var upperBound: Value?
    public var count: Int
}

/// A type of values that histograms are made of.
public protocol HistogramValue: FieldValue, Comparable, AdditiveArithmetic {}
extension Int: HistogramValue {}
extension Double: HistogramValue {}
extension Duration: HistogramValue {}
