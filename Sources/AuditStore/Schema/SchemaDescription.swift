package import Shredding

/// What a store needs to know of a schema: which fields are times, identities and bodies, and what the text form calls those that are
/// computed. All other paths of the events need no mention.
public struct SchemaDescription: Sendable {
    /// How events are taken apart.
    package var shredding: ShreddingSchema
    /// Fields that are computed from others, as the text form names them.
    package var derived: [DerivedField]
    /// Names of usual fields, the most usual first.
    public let usualFields: [String]

    /// Keys of files that are one object, or several, with the events in a list: `{"Records":[…]}`.
    package let lists: [String]
    /// Compiles the text of a retention policy; nil if the schema has no form of them.
    package var retentionRules: (@Sendable (String) throws -> RetentionRules)?
    /// Why no store can have this schema; nil if it is in order.
    let problem: AuditStoreError?

    /// Describes a schema.
    ///
    /// A schema that contradicts itself is told by ``AuditStore/init(at:schema:options:)``: a field that is computed where a path is
    /// needed, a body within a body, a derived name that is none.
    ///
    /// - Parameters:
    ///   - name: is kept in the store, which can be opened under this schema only. A domain of yours makes it unique:
    ///     `com.example.doors`. A store cannot change it later.
    ///   - time: the event's time, which decides the day that an event is kept with. Later changes hold for new events only.
    ///   - times: further times. They are compared and subtracted faster than others.
    ///   - identity: fields that are together of one event only. If a stream brings another event with the same values and other bytes,
    ///     it is kept, and flagged in the field `flags`.
    ///   - uuids: fields that are UUIDs and differ from event to event, or from request to request. They take 16 bytes where new, and a
    ///     filter finds them.
    ///   - bodies: paths of large or open-ended values, such as the request that was made. They are kept as documents and not taken
    ///     apart; any path within them can be asked for all the same.
    ///   - lists: files of events may be objects that hold them in a list, which is the first member and has one of these keys:
    ///     `{"Records":[{…},{…}]}`.
    ///   - usual: fields that people ask for, the most usual first, for completion and hints.
    ///   - derived: names of computed fields in the text form. A name hides the path of the same text, and the name of a field of the store.
    public init(
        name: String, time: TimeField, times: [TimeField] = [], identity: [any SchemaField] = [],
        uuids: [Field<String>] = [], bodies: [JSONPath] = [], lists: [String] = [],
        usual: [any SchemaField] = [],
        derived: KeyValuePairs<String, any SchemaField> = [:]
    ) {
        var check = SchemaCheck(name: name)
        let shredding = ShreddingSchema(
            name: name,
            times: ([time] + times).map { TimePath(check.path($0.fieldDescription, "a time"), $0.format) },
            identities: uuids.map { check.path($0.fieldDescription, "a UUID") },
            documents: bodies.map { check.path($0.fieldDescription, "a body") },
            eventIdentity: identity.map { check.path($0.fieldDescription, "an identity") })
        check.bodies(of: shredding)
        let named = derived.map { DerivedField(check.derivedName($0.key), $0.value.fieldDescription.reference) }
        let usualNames = usual.compactMap(\.fieldDescription.name)
        // An event may well have a `source` of its own: a name that the schema gives is the schema's.
        self.init(
            shredding: shredding, derived: named, usualFields: usualNames + named.map(\.name),
            lists: lists, names: shredding.names + usualNames, problem: check.problem)
    }

    /// - Parameter names: paths that hide fields of the store of the same name.
    package init(
        shredding: ShreddingSchema, derived: [DerivedField], usualFields: [String],
        retentionRules: (@Sendable (String) throws -> RetentionRules)? = nil, lists: [String] = [],
        names: [String] = [],
        problem: AuditStoreError? = nil
    ) {
        self.shredding = shredding
        let taken = Set(derived.map(\.name) + names)
        self.derived = derived + StoreFields.all.filter { !taken.contains($0.name) }
        self.usualFields = usualFields
        self.lists = lists
        self.retentionRules = retentionRules
        self.problem = problem
    }

    /// What the store knows the schema by.
    public var name: String { shredding.name }
    /// The path of the event's time.
    package var eventTime: [String] { shredding.eventTime }

    /// Whether a path holds times.
    func isTime(_ keys: [String]) -> Bool { shredding.times.contains { $0.keys == keys } }
}

extension ShreddingSchema {
    /// The paths that are no ordinary leaves, in the text form.
    fileprivate var names: [String] {
        (times.map(\.keys) + identities + documents + eventIdentity).map { path in
            FieldPath(path.map { .key($0) }).description
        }
    }
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
