import Shredding

/// Finds the fields that a text names: derived ones by their name, all others as paths.
package struct TextFields: Sendable {
    let schema: SchemaDescription
    private let derived: [FieldPath: FieldReference]

    package init(_ schema: SchemaDescription) {
        self.schema = schema
        var derived: [FieldPath: FieldReference] = [:]
        for field in schema.derived {
            if let path = try? FieldPath(parsing: field.name) { derived[path] = field.reference }
        }
        self.derived = derived
    }

    package func reference(_ path: FieldPath) -> FieldReference {
        derived[path] ?? FieldReference(.path(path.components))
    }

    package func reference(parsing text: String) throws(ExpressionError) -> FieldReference {
        reference(try FieldPath(parsing: text))
    }

    /// Whether a field's values are times or durations, and which.
    package enum Kind { case time, duration, other }

    package func kind(_ field: FieldReference) -> Kind {
        switch field.source {
        case .difference where field.transform == nil: .duration
        case .path(let path) where field.transform == nil:
            FieldReference.keys(path).map { schema.isTime($0) } == true ? .time : .other
        default: .other
        }
    }
}
