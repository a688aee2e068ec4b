import KubernetesAudit
import Synchronization
import Testing

@testable import AuditStore

/// Calls of the derived fields below.
private let calls = Mutex<[String: Int]>([:])

private func counted<T>(_ name: String, _ result: T) -> T {
    calls.withLock { $0[name, default: 0] += 1 }
    return result
}

/// Columns of a user's own: properties beside those of the schema.
extension KubernetesFields {
    fileprivate var team: Field<String> {
        user.name.map { name in counted("team", name.split(separator: "@").last.map(String.init)) }
    }
    fileprivate var isWrite: Field<Bool> {
        verb.map { verb in counted("isWrite", !["get", "list", "watch"].contains(verb)) }
    }
    fileprivate var seconds: Field<Int> {
        latency.map { latency in counted("seconds", Int(latency.components.seconds)) }
    }
    fileprivate var size: Field<String> {
        requestObject["spec"]["replicas"].int.map { replicas in counted("size", replicas > 2 ? "large" : "small") }
    }
}

@Suite(.serialized) struct DerivedFieldTests {
    /// Two segments of 600 events with 6 users, 4 verbs, 3 latencies and 5 bodies.
    private static let lines = (0..<1200).map { i in
        let end = Instant(microseconds: 1_718_000_000_000_000 + Int64(i) * 1000 + Int64(i % 3) * 1_000_000)
        let start = Instant(microseconds: 1_718_000_000_000_000 + Int64(i) * 1000)
        return #"{"verb":"\#(["get", "list", "create", "delete"][i % 4])","user":{"username":"u\#(i % 6)@t\#(i % 2)"},"#
            + #""requestObject":{"spec":{"replicas":\#(i % 5)}},"requestReceivedTimestamp":"\#(start)","stageTimestamp":"\#(end)"}"#
    }

    private func count(_ name: String, _ body: (EventQuery<KubernetesAudit>) async throws -> Void) async throws -> Int {
        calls.withLock { $0[name] = 0 }
        try await body(try QueryFixture([Array(Self.lines[..<600]), Array(Self.lines[600...])]).events)
        return calls.withLock { $0[name, default: 0] }
    }

    @Test func inConditions() async throws {
        let calls = try await count("isWrite") { events in
            let writes = try await events.where { $0.isWrite == true }.count()
            #expect(writes == 600)
        }
        #expect(calls == 4 * 2)
    }

    @Test func asKeys() async throws {
        let calls = try await count("team") { events in
            let teams = try await events.group { $0.team }.aggregate(.count).rows()
            #expect(teams.map(\.key) == ["t0", "t1"] && teams.map(\.value) == [600, 600])
        }
        #expect(calls == 6 * 2)
    }

    @Test func inAggregates() async throws {
        let calls = try await count("team") { events in
            let (teams, about, most) = try await events.aggregate(
                .distinct(\.team), .approximateDistinct(\.team), .mostFrequent(1, of: \.team))
            #expect(teams == 2 && about == 2 && most == [ValueCount(value: "t0", count: 600)])
        }
        // Once for all three aggregates, and once more where the values of the answer are made.
        #expect(calls <= 6 * 2 * 3)
    }

    @Test func ofDurations() async throws {
        let calls = try await count("seconds") { events in
            let groups = try await events.group { $0.seconds }.aggregate(.count).rows()
            #expect(groups.map(\.key) == [0, 1, 2] && groups.map(\.value) == [400, 400, 400])
        }
        #expect(calls == 3 * 2)
    }

    @Test func ofPathsOfBodies() async throws {
        let calls = try await count("size") { events in
            let groups = try await events.group { $0.size }.aggregate(.count).rows()
            #expect(groups.map(\.key) == ["large", "small"] && groups.map(\.value) == [480, 720])
        }
        #expect(calls == 5 * 2)
    }
}
