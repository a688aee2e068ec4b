import Foundation
import TestSupport
import Testing

@testable import AuditStore

/// Schemas as users write them: with public names only.
@Suite struct OwnSchemaTests {
    enum DoorLog: AuditSchema {
        struct Fields: Sendable {
            let id = Field<String>("meta", "id")
            let time = Field<Instant>("at")
            let closed = Field<Instant>("meta", "closed")
            let badge = Field<String>("badge", "number")
            let door = Field<Int>("door")
            let reader = Field<IPAddress>("reader")
            let source = Field<String>("source")
            let report = JSONPath("report")
            var site: Field<String> { badge.map { $0.split(separator: "-").first.map(String.init) } }
            var open: Field<Duration> { closed - time }
        }
        static let fields = Fields()
        static let description = SchemaDescription(
            name: "com.example.doors", time: .millisecondsSince1970(fields.time),
            times: [.secondsSince1970(fields.closed)], identity: [fields.id], bodies: [fields.report],
            usual: [fields.badge, fields.source], derived: ["site": fields.site, "open": fields.open])
    }

    /// A second a door, from the last minute of one day into the next one.
    private static let start = Instant("2024-06-15T23:59:00Z")!
    private static func line(_ i: Int) -> String {
        let milliseconds = (start.microseconds / 1000) + Int64(i) * 1000 + 250
        return """
            {"at":\(milliseconds),"meta":{"id":"e-\(i)","closed":\(milliseconds / 1000 + 4)},"badge":{"number":"\(i % 3 == 0 ? "OSL" : "BER")-\(i % 7)"},\
            "door":\(i % 5),"reader":"10.0.\(i % 2).7","source":"r\(i % 2)","report":{"reason":"why \(i % 4)"}}
            """
    }
    private static let log = Array((0..<120).map { line($0) + "\n" }.joined().utf8)

    private func store(_ files: MemoryFileSystem = MemoryFileSystem()) async throws -> (TestStore, MemoryFileSystem) {
        let store = TestStore(files, schema: DoorLog.description)
        try await store.ingest(("doors", Self.log))
        return (store, files)
    }

    @Test func timesOfTheSchemaDecideTheDay() async throws {
        let (store, _) = try await store()
        for isCompacted in [false, true] {
            if isCompacted { _ = try store.core.compact() }
            let days = Set(try store.manifest().segments.map { FileNames.partition($0.day) })
            #expect(days == ["partitions/2024-06-15", "partitions/2024-06-16"])
            #expect(try store.events() == Self.log)
            let events = EventQuery<DoorLog>(try store.core.snapshot())
            let midnight = Instant("2024-06-16T00:00:00Z")!
            #expect(try await events.since(midnight).count() == 60)
            #expect(try await events.where { $0.time < midnight }.count() == 60)
            #expect(try await events.where { $0.closed >= midnight }.count() == 64)
            let (first, last) = try await events.aggregate(.min(\.time), .max(\.time))
            #expect(first == Self.start + .milliseconds(250) && last == Self.start + .milliseconds(119_250))
            // 4 s after the whole second that the event began in.
            #expect(try await events.where { $0.open == .milliseconds(3750) }.count() == 120)
            let hours = try await events.group { $0.time.bucket(.hours(1)) }.aggregate(.count).rows()
            #expect(hours.map(\.value) == [60, 60])
        }
    }

    @Test func fieldsAndDerivedNames() async throws {
        let (store, _) = try await store()
        let events = EventQuery<DoorLog>(try store.core.snapshot())
        let sites = try await events.where { $0.reader.isContained(in: "10.0.1.0/24") && $0.door.isIn([1, 3]) }
            .group { $0.site }.aggregate(.count, .distinct(\.badge)).top(9, by: \.0)
        let expected = (0..<120).filter { $0 % 2 == 1 && [1, 3].contains($0 % 5) }
        #expect(sites.map(\.key) == ["BER", "OSL"])
        #expect(sites.map(\.value.0) == [expected.count { $0 % 3 != 0 }, expected.count { $0 % 3 == 0 }])
        #expect(try await events.where { $0.report["reason"].string == "why 2" }.count() == 30)

        func rows(_ query: TextQuery) async throws -> [[TextValue]] {
            try await query.run(
                on: store.core.snapshot(), schema: DoorLog.description, now: 0, options: QueryOptions()
            ).rows
        }
        #expect(try await rows(TextQuery(by: ["site"])) == [[.string("BER"), .int(80)], [.string("OSL"), .int(40)]])
        #expect(try await rows(TextQuery(where: "open > duration('3s')")) == [[.int(120)]])
        #expect(
            try await rows(TextQuery(where: "at >= timestamp('2024-06-16T00:00:59Z')", by: ["at"]))
                == [[.string("2024-06-16T00:00:59.250000Z"), .int(1)]])
        // The events have a `source` of their own, which the schema names; the store's goes without a name then.
        #expect(try await rows(TextQuery(by: ["source"])) == [[.string("r0"), .int(60)], [.string("r1"), .int(60)]])
        #expect(try await rows(TextQuery(where: "!has(cluster)")) == [[.int(120)]])
        #expect(try await rows(TextQuery(where: "_raw.contains('e-17\"')")) == [[.int(1)]])
    }

    /// An identity may lie within an object.
    @Test func identitiesBelowTheTop() async throws {
        let store = TestStore(MemoryFileSystem(), schema: DoorLog.description)
        let writer = try await store.core.writer(.still)
        func event(_ id: String, _ door: Int) -> [UInt8] {
            Array(#"{"meta":{"x":{"id":"no"},"id":"\#(id)"},"door":\#(door)}"#.utf8)
        }
        #expect(
            try await writer.append([event("a", 1), event("a", 1), event("a", 2), event("b", 3)])
                == AppendReceipt(events: 3, duplicates: 1))
        try await writer.close()
        let flagged = try await TextQuery(where: "has(flags)", by: ["door"]).run(
            on: store.core.snapshot(), schema: DoorLog.description, now: 0, options: QueryOptions())
        #expect(flagged.rows == [[.int(2), .int(1)]])
    }

    // MARK: What is refused

    enum OtherLog: AuditSchema {
        static let fields = DoorLog.Fields()
        static let description = SchemaDescription(name: "com.example.cars", time: .rfc3339(fields.time))
    }

    @Test func aStoreHasOneSchema() async throws {
        let path = NSTemporaryDirectory() + "auditstore-tests-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try await AuditStore(at: path, schema: DoorLog.self)
        try await store.ingest(lines: Self.log, name: "doors")
        #expect(try await store.events.count() == 120)
        let error = await #expect(throws: AuditStoreError.self) {
            _ = try await AuditStore(at: path, schema: OtherLog.self)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.expected == "com.example.cars" && error?.found == "com.example.doors")
        #expect(try StoreDirectory(path: path).schemaName() == "com.example.doors")
        #expect(try StoreDirectory(path: "/nowhere", files: MemoryFileSystem()).schemaName() == nil)
    }

    @Test(arguments: [
        SchemaDescription(name: "", time: .rfc3339(Field("at"))),
        SchemaDescription(name: "with blanks", time: .rfc3339(Field("at"))),
        SchemaDescription(name: "x", time: .rfc3339(Field<String>("at").map { Instant($0) })),
        SchemaDescription(name: "x", time: .rfc3339(Field("at")), bodies: [JSONPath("list").elements]),
        SchemaDescription(name: "x", time: .rfc3339(Field("body", "at")), bodies: [JSONPath("body")]),
        SchemaDescription(
            name: "x", time: .rfc3339(Field("at")), bodies: [JSONPath("body"), JSONPath("body", "inner")]),
        SchemaDescription(name: "x", time: .rfc3339(Field("at")), uuids: [Field("at")]),
        SchemaDescription(name: "x", time: .rfc3339(Field("$at"))),
        SchemaDescription(name: "x", time: .rfc3339(Field("a\"t"))),
        SchemaDescription(name: "x", time: .rfc3339(Field("öffnung"))),
        SchemaDescription(name: "x", time: .rfc3339(Field("at")), derived: ["no name": Field<String>("a")]),
        SchemaDescription(name: "x", time: .rfc3339(Field("at")), derived: ["list[0]": Field<String>("a")]),
    ])
    func contradictions(_ description: SchemaDescription) {
        #expect(description.problem?.code == .invalidArgument)
    }

    @Test func oneThatIsInOrder() { #expect(DoorLog.description.problem == nil) }
}
