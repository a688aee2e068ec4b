/// What is computed of each group.
///
///     .aggregate(.count, .distinct(\.remoteIP), .quantile(0.99, of: \.latency))
public struct Aggregate<Fields, Output: Sendable>: Sendable {
    /// The aggregate, for a plan that may know its field already.
    let add: @Sendable (Fields, inout [AnyKeyPath: Int], inout [FieldReference]) -> AggregateKind
    let output: @Sendable (AggregateResult) -> Output

    /// - Parameter key: fields are collected once, however many aggregates there are of them.
    init<Value: FieldValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable, _ kind: @escaping @Sendable (Int) -> AggregateKind,
        _ output: @escaping @Sendable (AggregateResult) -> Output
    ) {
        add = { fields, known, references in
            if let index = known[field] { return kind(index) }
            known[field] = references.count
            references.append(fields[keyPath: field].typed)
            return kind(references.count - 1)
        }
        self.output = output
    }

    /// - Parameter field: what the plan gets of the field.
    init<Value: FieldValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable,
        mapped: @escaping FieldReference.Transform, _ kind: @escaping @Sendable (Int) -> AggregateKind,
        _ output: @escaping @Sendable (AggregateResult) -> Output
    ) {
        add = { fields, _, references in
            references.append(fields[keyPath: field].reference.mapped(mapped))
            return kind(references.count - 1)
        }
        self.output = output
    }

    init(_ kind: AggregateKind, _ output: @escaping @Sendable (AggregateResult) -> Output) {
        add = { _, _, _ in kind }
        self.output = output
    }
}

extension Aggregate where Output == Int {
    /// How many events there are.
    public static var count: Self {
        Self(.count) { $0.value.flatMap(Int.init(eventValue:)) ?? 0 }
    }

    /// How many different values the field has, exactly; of a list, how many different elements.
    public static func distinct<Value: FieldValue>(_ field: any KeyPath<Fields, Field<Value>> & Sendable) -> Self {
        Self(field, { .distinct($0) }) { $0.value.flatMap(Int.init(eventValue:)) ?? 0 }
    }

    /// How many values the events have in the field's place that are not of its type; of a list, how many elements. Null counts as
    /// absent. They are in no other aggregate of the field.
    public static func mismatches<Value: FieldValue>(_ field: any KeyPath<Fields, Field<Value>> & Sendable) -> Self {
        Self(
            field,
            mapped: { FieldReference.mismatches($0, with: Value.self) }, { .mismatches($0) }
        ) { $0.value.flatMap(Int.init(eventValue:)) ?? 0 }
    }
}

extension Aggregate {
    static func optional<Value: FieldValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable, _ kind: @escaping @Sendable (Int) -> AggregateKind
    ) -> Self where Output == Value? {
        Self(field, kind) { $0.value.flatMap(Value.init(eventValue:)) }
    }

    /// The sum of the values; nil if no event has one.
    public static func sum<Value: FieldValue & AdditiveArithmetic>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .sum($0) } }

    /// The smallest value; nil if no event has one.
    public static func min<Value: FieldValue & Comparable>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .smallest($0) } }

    /// The largest value; nil if no event has one.
    public static func max<Value: FieldValue & Comparable>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .largest($0) } }

    /// The mean of the values, of durations in seconds; nil if no event has one.
    public static func average<Value: FieldValue & AdditiveArithmetic>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Double? {
        Self(field, { .average($0) }) { $0.value?.number }
    }

    /// The exact quantile by nearest rank: the smallest value whose rank is at least `q` times the number of values.
    /// nil if no event has one.
    public static func quantile<Value: FieldValue & Comparable>(
        _ q: Double, of field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .quantile($0, q) } }

    /// The value of the earliest event that has one; of equally early ones, the first that came in.
    public static func first<Value: FieldValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .first($0) } }

    /// The value of the latest event that has one; of equally late ones, the last that came in.
    public static func last<Value: FieldValue>(
        _ field: any KeyPath<Fields, Field<Value>> & Sendable
    ) -> Self where Output == Value? { optional(field) { .last($0) } }
}
