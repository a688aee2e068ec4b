import SegmentFormat

/// The fields that every event has whatever its schema, because the store keeps them with it.
extension Field where Value == String {
    /// The event's whole text, `_raw` in the text form: `$0.raw.contains("…")` finds a text anywhere in the event.
    public static var raw: Field<String> { Field(StoreFields.raw) }
    /// The name of the source that was given when the event came in; `source` in the text form.
    public static var source: Field<String> { Field(StoreFields.source) }
    /// The name of the cluster that was given when the event came in; `cluster` in the text form.
    public static var cluster: Field<String> { Field(StoreFields.cluster) }
}

package enum StoreFields {
    package static let raw = FieldReference(.raw)
    package static let source = FieldReference(.store(StoreColumn.source))
    package static let cluster = FieldReference(.store(StoreColumn.cluster))
    static let flags = FieldReference(.store(StoreColumn.flags))

    /// As the text form names them.
    static let all: [DerivedField] = [
        DerivedField("_raw", raw), DerivedField("source", source), DerivedField("cluster", cluster),
        DerivedField("flags", flags),
    ]
}
