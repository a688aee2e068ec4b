import Foundation
import KubernetesAudit
import Synchronization
import Testing

@testable import AuditStore

@Suite struct FilterTests {
    @Test(arguments: ["/namespaces/[a-z-]+/(secrets|configmaps)", "^/api/v1/nodes", "watch=true$", "[?&]limit=[0-9]+"])
    func regularExpressionsOnRealEvents(pattern: String) async throws {
        let expected = try SampleEvents.events().filter {
            SampleEvents.text("requestURI", $0)?.range(of: pattern, options: .regularExpression) != nil
        }
        #expect(!expected.isEmpty)
        let events = try SampleEvents.fixture.get().events
        #expect(try await events.where { try $0.requestURI.matches(pattern) }.count() == expected.count)
    }

    @Test func malformedPatternsAreErrors() throws {
        let events = try SampleEvents.fixture.get().events
        let error = #expect(throws: AuditStoreError.self) { try events.where { try $0.verb.matches("a(b") } }
        #expect(error?.code == .invalidArgument && error?.found == "a(b")
    }

    @Test(arguments: 1...20)
    func networkSets(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        func address() -> IPAddress {
            // Few bits differ, so that addresses and networks meet.
            Bool.random(using: &random)
                ? IPAddress(v4: 0x0a00_0000 | UInt32.random(in: 0..<1 << 12, using: &random))
                : IPAddress(
                    high: 0x2001_0db8 << 32 | UInt64.random(in: 0..<4, using: &random),
                    low: UInt64.random(in: 0..<256, using: &random))
        }
        let networks = (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
            let address = address()
            let longest = address.isIPv4 ? 32 : 128
            return IPNetwork(
                address,
                prefixLength: Int.random(in: 0..<40, using: &random) == 0
                    ? 0 : Int.random(in: longest - 12...longest, using: &random))
        }
        let set = IPNetworkSet(networks)
        for _ in 0..<500 {
            let address = address()
            #expect(
                set.contains(address) == networks.contains { $0.contains(address) },
                "seed \(seed): \(address) in \(networks)")
        }
    }

    @Test func networksOfBothVersions() async throws {
        let lines = ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::5", "fd00::1", "203.0.113.9"].map {
            #"{"sourceIPs":["1.1.1.1","\#($0)"],"stageTimestamp":"2024-06-16T04:00:01.500000Z"}"#
        }
        let events = try QueryFixture([lines]).events
        let inside: IPNetworkSet = ["10.0.0.0/8", "2001:db8::/32"]
        #expect(try await events.where { $0.remoteIP.isContained(in: inside) }.count() == 3)
        #expect(try await events.where { $0.sourceIPs.any { inside.contains($0) } }.count() == 3)
        #expect(try await events.where { !$0.remoteIP.isContained(in: inside) }.count() == 2)
        #expect(try await events.where { $0.remoteIP.isContained(in: "::/0" as IPNetwork) }.count() == 2)
    }

    @Test func closuresOnPairsAreCalledOncePerDistinctPair() async throws {
        let lines = (0..<1000).map {
            #"{"verb":"v\#($0 % 3)","stage":"s\#($0 % 4)","stageTimestamp":"2024-06-16T04:00:01.500000Z"}"#
        }
        let calls = Mutex(0)
        let events = try QueryFixture([lines]).events.threads(1)
        let count = try await events.where {
            $0.verb.satisfies(with: $0.stage) { verb, stage in
                calls.withLock { $0 += 1 }
                return verb.last == stage.last
            }
        }.count()
        #expect(count == (0..<1000).filter { $0 % 3 == $0 % 4 }.count)
        #expect(calls.withLock { $0 } == 12)
    }
}
