package import Shredding

/// What kind of events a store holds: their fields, by name and type.
///
///     enum DoorLog: AuditSchema {
///         struct Fields: Sendable {
///             let id = Field<String>("id")
///             let openedAt = Field<Instant>("openedAt")
///             let badge = Field<String>("badge", "number")
///         }
///         static let fields = Fields()
///         static let description = SchemaDescription(
///             name: "com.example.doors", time: .rfc3339(fields.openedAt), identity: [fields.id])
///     }
///     let store = try await AuditStore(at: "/var/lib/doors", schema: DoorLog.self)
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

extension AuditSchema {
    package static var shredding: ShreddingSchema { description.shredding }
}
