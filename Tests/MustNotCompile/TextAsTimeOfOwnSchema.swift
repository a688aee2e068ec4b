// expected: cannot convert value of type 'Field<String>' to expected argument type 'Field<Instant>'
import AuditStore

enum DoorLog: AuditSchema {
    struct Fields: Sendable {
        let at = Field<String>("at")
    }
    static let fields = Fields()
    static let description = SchemaDescription(name: "com.example.doors", time: .rfc3339(fields.at))
}
