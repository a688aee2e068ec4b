import KubernetesAudit
import Testing

@testable import AuditStore

/// Column against column, in both forms, against a naive evaluation.
@Suite struct FieldComparisonTests {
    private struct Pair {
        var verb: String?
        var stage: String?
        var received: Int64?
        var time: Int64

        var line: String {
            var parts = ["\"stageTimestamp\":\"\(Instant(microseconds: time))\""]
            if let verb { parts.append("\"verb\":\"\(verb)\"") }
            if let stage { parts.append("\"stage\":\(stage == "7" ? "7" : "\"\(stage)\"")") }
            if let received {
                var text = Instant(microseconds: received).description
                // Another spelling of a time, which has no place in the typed page.
                if received % 5 == 0 { text = String(text.dropLast()) + "+00:00" }
                parts.append("\"requestReceivedTimestamp\":\"\(text)\"")
            }
            return "{" + parts.joined(separator: ",") + "}"
        }
    }

    private static func pairs(_ seed: Int, values: Int) -> [Pair] {
        var random = SeededGenerator(seed: UInt64(seed))
        func text() -> String? {
            let n = Int.random(in: 0..<values, using: &random)
            return n == 0 ? nil : "v\(n)"
        }
        return (0..<1500).map { _ in
            Pair(
                verb: text(), stage: Int.random(in: 0..<20, using: &random) == 0 ? "7" : text(),
                received: Int.random(in: 0..<9, using: &random) == 0
                    ? nil : 1_718_000_000_000_000 + Int64.random(in: -3...3, using: &random),
                time: 1_718_000_000_000_000 + Int64.random(in: -3...3, using: &random))
        }
    }

    /// With few values each pair has a slot, with many it is hashed.
    @Test(arguments: 1...6, [4, 1000])
    func texts(seed: Int, values: Int) async throws {
        let pairs = Self.pairs(seed, values: values)
        let fixture = try QueryFixture([Array(pairs[..<900]).map(\.line), pairs[900...].map(\.line)])
        let events = fixture.events
        func expected(_ holds: (String, String) -> Bool) -> Int {
            pairs.filter { pair in
                guard let verb = pair.verb, let stage = pair.stage, stage != "7" else { return false }
                return holds(verb, stage)
            }.count
        }
        #expect(try await events.where { $0.verb == $0.stage }.count() == expected(==), "seed \(seed)")
        #expect(try await events.where { $0.verb != $0.stage }.count() == expected(!=), "seed \(seed)")
        #expect(try await events.where { $0.verb < $0.stage }.count() == expected(<), "seed \(seed)")
        #expect(try await events.where { $0.verb <= $0.stage }.count() == expected(<=), "seed \(seed)")
        #expect(try await events.where { $0.verb > $0.stage }.count() == expected(>), "seed \(seed)")
        #expect(try await events.where { $0.verb >= $0.stage }.count() == expected(>=), "seed \(seed)")
        let numbers = pairs.filter { $0.stage == "7" && $0.verb != nil }.count
        let asked = [
            ("==", expected(==)), ("!=", expected(!=) + numbers), ("<", expected(<)), (">=", expected(>=)),
        ]
        for (comparison, expected) in asked {
            let result = try await fixture.ask(TextQuery(where: "verb \(comparison) stage"))
            #expect(result.rows == [[.int(Int64(expected))]], "seed \(seed): \(comparison)")
        }
    }

    @Test(arguments: 1...6)
    func times(seed: Int) async throws {
        let pairs = Self.pairs(seed, values: 4)
        let fixture = try QueryFixture([pairs.map(\.line)])
        let events = fixture.events
        func expected(_ holds: (Int64, Int64) -> Bool) -> Int {
            pairs.filter { pair in pair.received.map { holds(pair.time, $0) } ?? false }.count
        }
        #expect(try await events.where { $0.stageTime == $0.requestReceived }.count() == expected(==), "seed \(seed)")
        #expect(try await events.where { $0.stageTime != $0.requestReceived }.count() == expected(!=), "seed \(seed)")
        #expect(try await events.where { $0.stageTime < $0.requestReceived }.count() == expected(<), "seed \(seed)")
        #expect(try await events.where { $0.stageTime >= $0.requestReceived }.count() == expected(>=), "seed \(seed)")
        #expect(
            try await fixture.ask(TextQuery(where: "stageTimestamp > requestReceivedTimestamp")).rows
                == [[.int(Int64(expected(>)))]], "seed \(seed)")
        let late = pairs.filter { pair in pair.received.map { pair.time - $0 > 2 } ?? false }.count
        #expect(try await events.where { $0.latency > .microseconds(2) }.count() == late, "seed \(seed)")
    }

    @Test func addressesAreComparedAsSuch() async throws {
        let line = #"{"sourceIPs":["9.0.0.1"],"spoofed":"10.0.0.1","stageTimestamp":"2024-06-16T04:00:01.500000Z"}"#
        let events = try QueryFixture([[line]]).events
        let spoofed = Field<IPAddress>("spoofed")
        #expect(try await events.where { $0.remoteIP < spoofed }.count() == 1)
        #expect(try await events.where { $0.remoteIP == spoofed }.count() == 0)
    }
}
