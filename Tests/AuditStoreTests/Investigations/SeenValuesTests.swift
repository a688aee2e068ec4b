import KubernetesAudit
import Testing

@testable import AuditStore

/// First seen and rare values, against a walk over all events.
@Suite struct SeenValuesTests {
    struct Expected: Equatable {
        var key: [ReferenceValue?]
        var count = 0
        var first = Instant(microseconds: .max)
        var last = Instant(microseconds: .min)
        var firstLine = ""
    }

    /// All values of the fields among the events that have a time.
    static func values(
        _ fixture: QueryFixture, _ fields: [String], where condition: ReferenceCondition
    ) throws -> [Expected] {
        let reference = try ReferenceStore(fixture.lines)
        var groups: [[ReferenceValue?]: Expected] = [:]
        for (line, event) in zip(fixture.lines, reference.events) where condition.holds(event) {
            guard let text = event["stageTimestamp"] as? String, let time = Instant(text) else { continue }
            var keys: [[ReferenceValue?]] = [[]]
            for field in fields {
                let found = ReferenceStore.values(field, event)
                keys = keys.flatMap { key in (found.isEmpty ? [nil] : found.map(Optional.some)).map { key + [$0] } }
            }
            for key in keys {
                var group = groups[key] ?? Expected(key: key)
                group.count += 1
                // Lines come in ingest order, so that of equal times the first one stays.
                if time < group.first { (group.first, group.firstLine) = (time, line) }
                group.last = max(group.last, time)
                groups[key] = group
            }
        }
        return Array(groups.values)
    }

    static func key(_ key: [EventValue?]) -> [ReferenceValue?] {
        key.map { value in
            switch value {
            case .string(let text)?: .text(text)
            case .integer(let number)?: .number(Double(number))
            case .double(let number)?: .number(number)
            default: nil
            }
        }
    }

    static func found(_ values: [SeenValue<[EventValue?], KubernetesEvent>]) -> [Expected] {
        values.map {
            Expected(
                key: key($0.key), count: $0.count, first: $0.firstTime, last: $0.lastTime,
                firstLine: $0.first.event.text)
        }
    }

    @Test(arguments: 1...6)
    func randomEvents(seed: Int) async throws {
        var generator = EventGenerator(seed: UInt64(seed) << 16)
        let fixture = try QueryFixture(generator.segments(5, lines: 200))
        for number in 0..<8 {
            let condition = generator.condition(depth: 2)
            let fields = generator.fields()
            let all = try Self.values(fixture, fields, where: condition)
            let since = Instant(microseconds: 1_718_000_000_000_000 + Int64(number) * 50_000_000_000)
            let events = try fixture.events.threads(1 + number % 3).matching(condition.text)

            let new = try await Self.found(events.firstSeen(since: since, by: fields))
            #expect(new.map(\.first) == new.map(\.first).sorted())
            let newExpected = all.filter { $0.first >= since }
            #expect(new.count == newExpected.count, "seed \(seed), question \(number)")
            for value in newExpected { #expect(new.contains(value), "seed \(seed), question \(number): \(value)") }

            let rare = try await Self.found(events.rare(fewerThan: 3, by: fields))
            #expect(rare.map(\.count) == rare.map(\.count).sorted())
            let rareExpected = all.filter { $0.count < 3 }
            #expect(rare.count == rareExpected.count, "seed \(seed), question \(number)")
            for value in rareExpected { #expect(rare.contains(value), "seed \(seed), question \(number): \(value)") }
            let cut = try await Self.found(events.rare(fewerThan: 3, by: fields, limit: 2))
            #expect(cut == Array(rare.prefix(2)))
        }
    }

    @Test func typedKeys() async throws {
        func line(_ day: Int, _ user: String, _ address: String) -> String {
            #"{"verb":"get","user":{"username":"\#(user)"},"sourceIPs":["\#(address)"],"stageTimestamp":"2024-06-0\#(day)T04:00:00.000000Z"}"#
        }
        let fixture = try QueryFixture([
            [line(1, "alice", "10.0.0.1"), line(2, "bob", "10.0.0.2"), line(5, "alice", "10.0.0.2")],
            [line(6, "carol", "10.0.0.1"), line(7, "alice", "10.0.0.2"), line(3, "bob", "10.0.0.2")],
        ])
        let fifth = Instant("2024-06-05")!
        let users = try await fixture.events.firstSeen(since: fifth) { $0.user.name }
        #expect(users.map(\.key) == ["carol"] && users[0].count == 1 && users[0].first.user?.name == "carol")
        let pairs = try await fixture.events.firstSeen(since: fifth) { ($0.user.name, $0.remoteIP) }
        #expect(pairs.map(\.key.0) == ["alice", "carol"] && pairs.map(\.count) == [2, 1])
        #expect(pairs[0].key.1 == IPAddress("10.0.0.2")! && pairs[0].lastTime == Instant("2024-06-07T04:00:00Z")!)
        // The baseline reaches back to where the query begins, and what follows its end is not looked at.
        let week = fixture.events.since(Instant("2024-06-03")!).until(Instant("2024-06-07")!)
        #expect(try await week.firstSeen(since: fifth) { $0.user.name }.map(\.key) == ["alice", "carol"])
        let newcomers = try await fixture.events.newcomers(since: fifth)
        #expect(newcomers.map(\.kind) == [.user] && newcomers.map(\.value) == ["carol"])
        let rare = try await fixture.events.rare(fewerThan: 3) { $0.user.name }
        #expect(rare.map(\.key) == ["carol", "bob"] && rare.map(\.count) == [1, 2])
    }

    @Test func imagesOfWhateverHasAPod() async throws {
        func line(_ second: Int, _ body: String) -> String {
            #"{"verb":"create","user":{"username":"u"},"requestObject":\#(body),"stageTimestamp":"2024-06-01T04:00:0\#(second).000000Z"}"#
        }
        let fixture = try QueryFixture([
            [
                line(1, #"{"kind":"Pod","spec":{"containers":[{"image":"a:1"},{"image":"b@sha256:0"},{"name":"x"}]}}"#),
                line(
                    2,
                    #"{"spec":{"template":{"spec":{"initContainers":[{"image":"r.example:5000/c/d:2"}],"containers":[{"image":"a:2"}]}}}}"#
                ),
                line(
                    3, #"{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"image":"e"}]}}}}}}"#),
                line(4, #"[{"op":"add","path":"/spec/containers/0/image","value":"f"}]"#),
                line(5, #"{"spec":{"containers":"none","ephemeralContainers":[{"image":7},{"image":"g"}]}}"#),
            ]
        ])
        let images = try await fixture.events.group { $0.images.elements() }.aggregate(.count).rows().map(\.key)
        #expect(images == ["a:1", "a:2", "b@sha256:0", "e", "g", "r.example:5000/c/d:2"])
        let new = try await fixture.events.newcomers(since: Instant("2024-06-01T04:00:02Z")!)
        #expect(new.filter { $0.kind == .image }.map(\.value) == ["r.example:5000/c/d", "e", "g"])
        let text = try await fixture.ask(TextQuery(where: #""e" in images"#, by: ["images"]))
        #expect(text.rows == [[.string("e"), .int(1)]])
    }
}
