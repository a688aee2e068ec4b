// expected: binary operator '==' cannot be applied to operands of type 'Field<Int>' and 'String'
import AuditStore

enum DoorLog: AuditSchema {
    struct Fields: Sendable {
        let time = Field<Instant>("at")
        let door = Field<Int>("door")
    }
    static let fields = Fields()
    static let description = SchemaDescription(name: "com.example.doors", time: .rfc3339(fields.time))
}

func question(_ events: EventQuery<DoorLog>) async throws {
    _ = try await events.where { $0.door == "4" }.count()
}
