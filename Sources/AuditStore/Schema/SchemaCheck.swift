import SegmentFormat
import Shredding

/// Finds the first thing that is wrong with a schema.
struct SchemaCheck {
    private(set) var problem: AuditStoreError?

    init(name: String) {
        // The name is in every segment and in messages.
        if name.isEmpty || name.utf8.count > 100 || !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
            fail("the name of a schema is made of 1 to 100 printable ASCII characters without blanks", found: name)
        }
    }

    private mutating func fail(_ message: String, found: String) {
        if problem == nil {
            problem = AuditStoreError(.invalidArgument, "the schema is wrong: \(message)", found: found)
        }
    }

    /// The keys of a field that has to be a path with a column of its own.
    mutating func path(_ field: FieldDescription, _ role: String) -> [String] {
        guard let keys = field.keys, !keys.isEmpty else {
            fail("\(role) has to be a path of keys", found: "a computed field, or one with positions")
            return []
        }
        // What other keys lead to has no column (Limits, residual).
        let isPlain = keys.allSatisfy { key in
            !key.isEmpty && key.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
        }
        if !isPlain || keys[0].hasPrefix("$") || keys.joined(separator: "\u{1}").utf8.count > Limits.pathBytes {
            fail(
                "\(role) needs keys of printable ASCII without quotes, and the first one begins with no $",
                found: "\(keys)")
        }
        return keys
    }

    /// The text of a derived field's name, as it is printed.
    mutating func derivedName(_ name: String) -> String {
        guard let path = try? FieldPath(parsing: name), FieldReference.keys(path.components) != nil else {
            fail("this is no name for a derived field", found: name)
            return name
        }
        return path.description
    }

    /// A body is one value: nothing within it has a column of its own.
    mutating func bodies(of schema: ShreddingSchema) {
        for body in schema.documents {
            let others =
                schema.times.map(\.keys) + schema.identities + schema.documents.filter { $0 != body }
            for path in others where path.starts(with: body) {
                fail(
                    "the body \(body.joined(separator: ".")) holds a path that has a role",
                    found: path.joined(separator: "."))
            }
        }
        let roles = schema.times.map(\.keys) + schema.identities + schema.documents
        if Set(roles).count < roles.count {
            fail("a path has one role: time, UUID or body", found: "\(roles)")
        }
        if roles.count > Limits.columnsPerYoungSegment / 4 {
            fail("these are too many times, UUIDs and bodies", found: "\(roles.count)")
        }
    }
}
