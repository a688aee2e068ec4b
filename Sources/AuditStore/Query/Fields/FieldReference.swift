/// Which values a query means, without types: where they come from, and the function that is applied to each distinct one.
package struct FieldReference: Sendable {
    package enum Source: Sendable {
        /// A path of the event.
        case path([FieldPath.Component])
        /// A column that came with the event, such as its source.
        case store(String)
        /// The difference of two times of the schema, a duration.
        case difference([String], [String])
        /// The event's text.
        case raw
    }

    package typealias Transform = @Sendable (EventValue) -> EventValue?

    package var source: Source
    /// Called once for each distinct value; nil makes the field absent. Not for times and differences.
    package var transform: Transform?

    package init(_ source: Source, transform: Transform? = nil) {
        self.source = source
        self.transform = transform
    }

    package init(keys: [String]) { self.init(.path(keys.map { .key($0) })) }

    /// The same field, with one more function applied to its values.
    package func mapped(_ function: @escaping Transform) -> FieldReference {
        guard let transform else { return FieldReference(source, transform: function) }
        return FieldReference(source) { value in transform(value).flatMap(function) }
    }

    /// How many values are not of a type; nil for none.
    static func mismatches<Value: FieldValue>(_ value: EventValue, with type: Value.Type) -> EventValue? {
        let count = type.mismatches(in: value)
        return count > 0 ? .integer(Int64(count)) : nil
    }

    /// The keys, if the path has nothing else.
    package static func keys(_ path: [FieldPath.Component]) -> [String]? {
        var keys: [String] = []
        for component in path {
            guard case .key(let key) = component else { return nil }
            keys.append(key)
        }
        return keys
    }
}
