/// A field of the events, and the type of its values.
///
/// Fields have no values; they are what conditions, keys and aggregates are made of:
///
///     store.events.where { $0.user.name == "alice" }.group { $0.verb }.aggregate(.count)
public struct Field<Value: FieldValue>: Sendable {
    package let reference: FieldReference

    package init(_ reference: FieldReference) { self.reference = reference }

    /// The field of a path of keys.
    package init(_ keys: String...) { reference = FieldReference(keys: keys) }

    /// A field that is a function of this one.
    ///
    /// The function is called once for each distinct value in a part of the store, not once an event, and maybe on several
    /// threads. Where it gives nil, or this field is absent, the new one is absent. A field that is asked for often gets a name beside
    /// those of the schema:
    ///
    ///     extension KubernetesFields {
    ///         var team: Field<String> { user.name.map { name in name.split(separator: "@").last.map(String.init) } }
    ///     }
    public func map<New: FieldValue>(_ function: @escaping @Sendable (Value) -> New?) -> Field<New> {
        Field<New>(reference.mapped { Value(eventValue: $0).flatMap(function)?.eventValue })
    }
}
