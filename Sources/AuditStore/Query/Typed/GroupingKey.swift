/// What events can be grouped by: a field, a field that may be absent, or a time bucket.
public protocol GroupingKey<Output>: Sendable {
    /// The type of the key in the rows of the result.
    associatedtype Output: Sendable & Hashable
    /// What the engine is asked for.
    var description: GroupingKeyDescription { get }
    /// The key of a group.
    static func output(_ value: EventValue?) -> Output?
}

/// A key of a group-by, for the engine.
public struct GroupingKeyDescription: Sendable {
    package let key: AggregationPlan.Key
    package init(_ key: AggregationPlan.Key) { self.key = key }
}

extension Field: GroupingKey {
    /// Events without the field are in no group; ``optional`` keeps them.
    public var description: GroupingKeyDescription {
        GroupingKeyDescription(AggregationPlan.Key(typed, keepsAbsent: false))
    }

    /// The field with values of other types made absent, and addresses spelt in one way.
    package var typed: FieldReference {
        switch reference.source {
        case .difference: reference
        case .path where Value.self == Instant.self: reference
        case _ where Value.self == String.self && reference.transform == nil: reference
        default: reference.mapped { Value(eventValue: $0)?.eventValue }
        }
    }

    public static func output(_ value: EventValue?) -> Value? { value.flatMap(Value.init(eventValue:)) }

    /// The field as a key that is nil for the events without it.
    public var optional: OptionalField<Value> { OptionalField(field: self) }
}

/// A key that is nil for events without the field.
public struct OptionalField<Value: FieldValue>: GroupingKey {
    let field: Field<Value>

    public var description: GroupingKeyDescription {
        GroupingKeyDescription(AggregationPlan.Key(field.typed, keepsAbsent: true))
    }

    public static func output(_ value: EventValue?) -> Value?? { .some(value.flatMap(Value.init(eventValue:))) }
}

/// A key for each element of a list; an event with an empty list or none is in no group.
public struct ElementsOf<Element: FieldValue>: GroupingKey {
    let field: Field<[Element]>

    public var description: GroupingKeyDescription {
        GroupingKeyDescription(AggregationPlan.Key(field.reference, keepsAbsent: false))
    }

    public static func output(_ value: EventValue?) -> Element? { value.flatMap(Element.init(eventValue:)) }
}

extension Field {
    /// Groups by each element of the list: an event counts in as many groups as its list has elements.
    public func elements<Element: FieldValue>() -> ElementsOf<Element> where Value == [Element] {
        ElementsOf(field: self)
    }
}

/// A key for stretches of time; its value is the start of the stretch.
public struct TimeBucket: GroupingKey {
    let field: Field<Instant>
    let buckets: TimeBuckets

    public var description: GroupingKeyDescription {
        GroupingKeyDescription(AggregationPlan.Key(field.typed, bucket: buckets, keepsAbsent: false))
    }

    public static func output(_ value: EventValue?) -> Instant? { value.flatMap(Instant.init(eventValue:)) }
}

extension Field where Value == Instant {
    /// Groups by stretches of time: hours, days, weeks, months as the clocks of a time zone show them.
    ///
    /// A day in which clocks are set has 23 or 25 hours; an hour that clocks show twice is two hours.
    public func bucket(_ width: BucketWidth, in zone: TimeZoneRules = .utc) -> TimeBucket {
        TimeBucket(field: self, buckets: TimeBuckets(width, in: zone))
    }
}
