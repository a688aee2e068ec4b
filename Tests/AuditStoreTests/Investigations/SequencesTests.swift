import Foundation
import KubernetesAudit
import Testing

@testable import AuditStore

/// One thing soon after another, against a walk over all events in order.
@Suite struct SequencesTests {
    struct Match: Equatable {
        var key: [ReferenceValue]
        var first: String
        var count: Int
        var then: String
        var gap: Duration
    }

    static func matches(
        _ fixture: QueryFixture, first: ReferenceCondition, then: ReferenceCondition, within: Duration,
        by fields: [String]
    ) throws -> [Match] {
        let reference = try ReferenceStore(fixture.lines)
        let rows = zip(fixture.lines, reference.events).enumerated().compactMap { number, row in
            (row.1["stageTimestamp"] as? String).flatMap { Instant($0) }.map { (time: $0, number: number, row: row) }
        }.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
        // The first events since the last match or break, by key.
        var runs: [[ReferenceValue]: [(time: Instant, line: String)]] = [:]
        var matches: [Match] = []
        for (time, _, (line, event)) in rows {
            var keys: [[ReferenceValue]] = [[]]
            for field in fields {
                var values: [ReferenceValue] = []
                for value in ReferenceStore.values(field, event) where !values.contains(value) { values.append(value) }
                keys = keys.flatMap { key in values.map { key + [$0] } }
            }
            for key in keys {
                if let last = runs[key]?.last, time - last.time > within { runs[key] = nil }
                if then.holds(event), let run = runs[key], let head = run.first, let last = run.last {
                    matches.append(
                        Match(key: key, first: head.line, count: run.count, then: line, gap: time - last.time))
                    runs[key] = nil
                }
                if first.holds(event) { runs[key, default: []].append((time, line)) }
            }
        }
        return matches
    }

    @Test(arguments: 1...12)
    func randomEvents(seed: Int) async throws {
        var generator = EventGenerator(seed: UInt64(seed) << 24)
        let fixture = try QueryFixture(generator.segments(5, lines: 300))
        var total = 0
        for number in 0..<8 {
            let first = generator.condition(depth: 1)
            let then = generator.condition(depth: 1)
            var fields = generator.fields()
            if fields.isEmpty { fields = ["user.username"] }
            let within = Duration.seconds([60, 600, 6000][number % 3])
            let expected = try Self.matches(fixture, first: first, then: then, within: within, by: fields)
            let found = try await fixture.events
                .sequences(first: first.text, then: then.text, within: within, by: fields).collect()
            let matches = found.map { match in
                Match(
                    key: SeenValuesTests.key(match.key).compactMap { $0 }, first: match.first.event.text,
                    count: match.firstCount, then: match.then.event.text, gap: match.gap)
            }
            #expect(matches.map(\.then) == expected.map(\.then), "seed \(seed), question \(number)")
            for match in expected { #expect(matches.contains(match), "seed \(seed), question \(number): \(match)") }
            total += expected.count
        }
        #expect(total > 0)
    }

    static func line(_ second: Int, _ user: String, _ code: Int) -> String {
        let time = Instant("2024-06-03T00:00:00Z")! + .seconds(second)
        return #"{"user":{"username":"\#(user)"},"responseStatus":{"code":\#(code)},"stageTimestamp":"\#(time)"}"#
    }

    @Test func aRunIsOneMatch() async throws {
        let lines = [
            Self.line(0, "mallory", 403), Self.line(10, "mallory", 403), Self.line(15, "alice", 200),
            Self.line(20, "mallory", 403), Self.line(25, "mallory", 200), Self.line(26, "mallory", 200),
            Self.line(100, "mallory", 403), Self.line(131, "mallory", 200),
        ]
        let fixture = try QueryFixture([lines])
        let found = try await fixture.events.sequences(
            first: { $0.response.code == 403 }, then: { $0.response.code == 200 }, within: .seconds(30)
        ) { $0.user.name }.collect()
        #expect(found.map(\.key) == ["mallory"] && found.map(\.firstCount) == [3])
        #expect(found[0].first.event.text == lines[0] && found[0].then.event.text == lines[4])
        #expect(found[0].gap == .seconds(5))
    }

    /// More rows than a page, and more than one segment.
    @Test func longLogs() async throws {
        let lines = (0..<4000).map { Self.line($0, "u\($0 % 3)", $0 % 5 == 0 ? 403 : 200) }
        let fixture = try QueryFixture([Array(lines[..<1111]), Array(lines[1111..<3000]), Array(lines[3000...])])
        let expected = try Self.matches(
            fixture, first: .compare("responseStatus.code", "==", .number(403)),
            then: .compare("responseStatus.code", "==", .number(200)), within: .seconds(3), by: ["user.username"])
        let found = try await fixture.events.sequences(
            first: "responseStatus.code == 403", then: "responseStatus.code == 200", within: .seconds(3),
            by: ["user.username"]
        ).collect()
        #expect(found.map(\.then.event.text) == expected.map(\.then) && expected.count > 500)
        let some = try await fixture.events.sequences(
            first: "responseStatus.code == 403", then: "responseStatus.code == 200", within: .seconds(3),
            by: ["user.username"]
        ).collect(limit: 7)
        #expect(some.map(\.then.event.text) == expected.prefix(7).map(\.then))
    }

    @Test func tooManyCombinationsAreAnError() async throws {
        let list = (0..<1100).map { "\"\($0)\"" }.joined(separator: ",")
        let line = #"{"user":{"groups":[\#(list)]},"sourceIPs":[\#(list)],"stageTimestamp":"2024-06-16T04:00:00Z"}"#
        let matches = try QueryFixture([[line]]).events
            .sequences(first: "true", then: "true", within: .seconds(1), by: ["user.groups", "sourceIPs"])
        let error = await #expect(throws: AuditStoreError.self) { try await matches.collect() }
        #expect(error?.code == .limit)
    }

    @Test func stopsWhenItsTaskIsCancelled() async throws {
        let lines = (0..<3000).map { Self.line($0, "u", $0 % 2 == 0 ? 403 : 200) }
        let matches = try QueryFixture([lines]).events.sequences(
            first: "responseStatus.code == 403", then: "responseStatus.code == 200", within: .seconds(3),
            by: ["user.username"])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await matches.collect().count
        }
        guard case .failure(let error as AuditStoreError) = await task.result else {
            Issue.record("not cancelled")
            return
        }
        #expect(error.code == .cancelled)
    }

    @Test func badConditionsAreErrors() throws {
        let events = try QueryFixture([[Self.line(0, "a", 200)]]).events
        #expect(throws: ExpressionError.self) {
            try events.sequences(first: "verb = 1", then: "true", within: .seconds(1), by: ["verb"])
        }
        #expect(throws: ExpressionError.self) {
            try events.sequences(first: "true", then: "true", within: .seconds(1), by: ["a..b"])
        }
        #expect(throws: ExpressionError.self) { try events.matching(nil, since: "yesterday") }
    }
}
