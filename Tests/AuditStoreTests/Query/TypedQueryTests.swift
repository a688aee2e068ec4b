import KubernetesAudit
import Synchronization
import Testing

@testable import AuditStore

@Suite struct TypedQueryTests {
    static let lines = [
        #"{"verb":"get","user":{"username":"alice","groups":["a","b"]},"sourceIPs":["10.0.0.1"],"userAgent":"kubectl/1","responseStatus":{"code":403},"requestReceivedTimestamp":"2024-06-16T04:00:00.000000Z","stageTimestamp":"2024-06-16T04:00:01.500000Z"}"#,
        #"{"verb":"list","user":{"username":"bob","groups":[]},"sourceIPs":["203.0.113.9","192.168.0.7"],"userAgent":"kubectl/2","responseStatus":{"code":200},"requestReceivedTimestamp":"2024-06-16T04:59:59.999999Z","stageTimestamp":"2024-06-16T05:00:00.000000Z"}"#,
        #"{"verb":"get","user":{"username":"alice","groups":["b"]},"sourceIPs":["203.0.113.9"],"userAgent":"curl/8","responseStatus":{"code":403},"requestReceivedTimestamp":"2024-06-17T04:00:00.000000Z","stageTimestamp":"2024-06-17T04:00:00.250000Z"}"#,
        #"{"verb":"get","user":{},"sourceIPs":["203.0.113.9"],"stageTimestamp":"2024-06-17T04:30:00.000000Z"}"#,
    ]

    static func fixture() throws -> QueryFixture { try QueryFixture([Array(lines[..<2]), Array(lines[2...])]) }

    @Test func designExample() async throws {
        let privateNetworks: [IPNetwork] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
        let suspects = try await Self.fixture().events
            .during(Instant("2024-06-01")!..<Instant("2024-07-01")!)
            .where { $0.response.code == 403 && !$0.remoteIP.isContained(in: privateNetworks) }
            .group { ($0.user.name, $0.userAgent.map(product), $0.requestReceived.bucket(.hours(1))) }
            .aggregate(.count, .distinct(\.remoteIP), .quantile(0.99, of: \.latency))
            .top(20, by: \.0)
        #expect(suspects.count == 1)
        for ((user, agent, hour), (count, addresses, latency)) in suspects {
            #expect(user == "alice" && agent == "curl" && hour == Instant("2024-06-17T04:00:00Z")!)
            #expect(count == 1 && addresses == 1 && latency == .milliseconds(250))
        }
    }

    @Test func absentIsNotEqualAndNotUnequal() async throws {
        let events = try Self.fixture().events
        #expect(try await events.where { $0.response.code == 200 }.count() == 1)
        #expect(try await events.where { $0.response.code != 200 }.count() == 2)
        #expect(try await events.where { !($0.response.code == 200) }.count() == 3)
        #expect(try await events.where { !$0.response.code.isPresent }.count() == 1)
    }

    @Test func optionalKeysKeepEventsWithoutTheField() async throws {
        let events = try Self.fixture().events
        let all = try await events.group { $0.user.name.optional }.aggregate(.count).top(9)
        #expect(all.map(\.key) == ["alice", "bob", nil] && all.map(\.value) == [2, 1, 1])
        let named = try await events.group { $0.user.name }.aggregate(.count).rows()
        #expect(named.map(\.key) == ["alice", "bob"])
    }

    @Test func listsGroupByElements() async throws {
        let groups = try await Self.fixture().events.group { $0.user.groups.elements() }.aggregate(.count).rows()
        #expect(groups.map(\.key) == ["a", "b"] && groups.map(\.value) == [1, 2])
        #expect(try await Self.fixture().events.where { $0.user.groups.contains("b") }.count() == 2)
        #expect(try await Self.fixture().events.where { $0.user.groups.all { $0 == "b" } }.count() == 2)
    }

    @Test func timesAndDurations() async throws {
        let events = try Self.fixture().events
        #expect(try await events.where { $0.latency > .milliseconds(250) }.count() == 1)
        #expect(try await events.where { $0.latency >= .milliseconds(250) }.count() == 2)
        #expect(try await events.where { $0.stageTime < Instant("2024-06-16T05:00:00Z")! }.count() == 1)
        #expect(try await events.until(Instant("2024-06-16T05:00:00Z")!).count() == 1)
        #expect(try await events.since(Instant("2024-06-16T05:00:00Z")!).count() == 3)
        let (first, last) = try await events.aggregate(.first(\.verb), .last(\.userAgent))
        #expect(first == "get" && last == "curl/8")
        let (sum, average) = try await events.aggregate(.sum(\.latency), .average(\.latency))
        #expect(sum == .microseconds(1_750_001) && average == 1.750001 / 3)
    }

    @Test func closuresAreCalledOncePerDistinctValue() async throws {
        let lines = (0..<1000).map { #"{"verb":"v\#($0 % 7)","stageTimestamp":"2024-06-16T04:00:01.500000Z"}"# }
        let calls = Counter()
        let fixture = try QueryFixture([lines])
        let groups = try await fixture.events.group { $0.verb.map { verb in calls.count(verb) } }.aggregate(.count)
            .rows()
        #expect(groups.count == 1 && groups[0].value == 1000)
        #expect(calls.value.withLock { $0 } == 7)
    }

    @Test func rowsInEveryOrder() async throws {
        let events = try QueryFixture([[Self.lines[2], Self.lines[0]], [Self.lines[1]]]).events
        #expect(try await events.events().map(\.text) == [Self.lines[2], Self.lines[0], Self.lines[1]])
        #expect(try await events.events(order: .oldest).map(\.text) == Array(Self.lines[..<3]))
        #expect(try await events.events(order: .newest, limit: 2).map(\.text) == [Self.lines[2], Self.lines[1]])
    }
}

@Sendable private func product(_ agent: String) -> String { String(agent.prefix { $0 != "/" }) }

private final class Counter: Sendable {
    let value = Mutex(0)
    func count(_: String) -> String {
        value.withLock { $0 += 1 }
        return "all"
    }
}
