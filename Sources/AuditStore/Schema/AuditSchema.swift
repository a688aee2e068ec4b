package import Shredding

/// What kind of events a store holds: their fields, by name and type.
///
///     let store = try await AuditStore(at: "/var/lib/audit", schema: KubernetesAudit.self)
///
/// A schema adds no constraint: every JSON object can be ingested under any schema and comes back byte for byte. It says
/// which paths are times, identities and bodies, and gives queries their typed fields.
public protocol AuditSchema: Sendable {
    /// A type whose properties are the fields: what `$0` is in `where { $0.user.name == "alice" }`.
    associatedtype Fields: Sendable

    /// What the rows of a query are: the event's bytes unless the schema has a type of its own.
    associatedtype DecodedEvent: DecodableEvent = Event

    /// All fields; key paths such as `\.user.name` start from here.
    static var fields: Fields { get }

    /// What the store needs to know of the events.
    static var description: SchemaDescription { get }
}

/// What a store needs to know of a schema.
public struct SchemaDescription: Sendable {
    /// How events are taken apart.
    package var shredding: ShreddingSchema
    /// Fields that are computed from others, as the text form names them.
    package var derived: [DerivedField]
    /// Names of usual fields, the most usual first: hints for misspelt ones.
    package var usualFields: [String]

    /// Compiles the text of a retention policy; nil if the schema has no form of them.
    package var retentionRules: (@Sendable (String) throws -> RetentionRules)?

    package init(
        shredding: ShreddingSchema, derived: [DerivedField], usualFields: [String],
        retentionRules: (@Sendable (String) throws -> RetentionRules)? = nil
    ) {
        self.shredding = shredding
        self.derived = derived
        self.usualFields = usualFields
        self.retentionRules = retentionRules
    }

    /// The path of the event's time.
    package var eventTime: [String] { shredding.eventTime }
}

extension AuditSchema {
    package static var shredding: ShreddingSchema { description.shredding }
}

/// A field that no event has as such: a name for a function of another field.
package struct DerivedField: Sendable {
    /// As the text form has it: `user.kind`.
    package var name: String
    package var reference: FieldReference

    package init(_ name: String, _ reference: FieldReference) {
        self.name = name
        self.reference = reference
    }
}
