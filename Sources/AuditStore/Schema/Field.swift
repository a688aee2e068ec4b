/// A field of the events, and the type of its values.
///
/// Fields have no values; they are what conditions, keys and aggregates are made of:
///
///     store.events.where { $0.user.name == "alice" }.group { $0.verb }.aggregate(.count)
public struct Field<Value: FieldValue>: Sendable {
    package let reference: FieldReference

    package init(_ reference: FieldReference) { self.reference = reference }

    /// The field at a path of keys: `Field<String>("user", "name")`.
    ///
    /// An event has the field where its value is of this type, and not null. Addresses and times are strings in the event; a time
    /// that is a number has to be named by ``SchemaDescription``.
    public init(_ key: String, _ more: String...) { reference = FieldReference(keys: [key] + more) }

    /// A field that is a function of this one.
    ///
    /// The function is called once for each distinct value in a part of the store, not once an event, and maybe on several
    /// threads. Where it gives nil, or this field is absent, the new one is absent. A field that is asked for often gets a name beside
    /// those of the schema:
    ///
    ///     extension DoorLog.Fields {
    ///         var team: Field<String> { badge.map { badge in badge.split(separator: "-").first.map(String.init) } }
    ///     }
    public func map<New: FieldValue>(_ function: @escaping @Sendable (Value) -> New?) -> Field<New> {
        Field<New>(reference.mapped { Value(eventValue: $0).flatMap(function)?.eventValue })
    }
}

extension Field where Value == Instant {
    /// The time that passed from one field to another: `finished - started`.
    ///
    /// Both have to be paths of the events, and not what ``map(_:)`` made of them.
    public static func - (later: Self, earlier: Self) -> Field<Duration> {
        guard let end = later.fieldDescription.keys, let start = earlier.fieldDescription.keys else {
            preconditionFailure("only times that are paths of the events can be subtracted")
        }
        return Field<Duration>(FieldReference(.difference(end, start)))
    }
}
