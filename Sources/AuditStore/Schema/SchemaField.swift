/// A field of any type, where a schema lists its fields: ``Field`` and ``JSONPath``.
public protocol SchemaField: Sendable {
    /// What the field is, without its type.
    var fieldDescription: FieldDescription { get }
}

/// A field without its type, for the engine.
public struct FieldDescription: Sendable {
    package let reference: FieldReference

    /// The keys that lead to the field; nil for what is computed.
    var keys: [String]? {
        guard reference.transform == nil, case .path(let path) = reference.source else { return nil }
        return FieldReference.keys(path)
    }

    /// As the text form has it; nil for what is computed.
    var name: String? { keys.map { FieldPath($0.map { .key($0) }).description } }
}

extension Field: SchemaField {
    public var fieldDescription: FieldDescription { FieldDescription(reference: reference) }
}

extension JSONPath: SchemaField {
    public var fieldDescription: FieldDescription { FieldDescription(reference: reference) }
}
