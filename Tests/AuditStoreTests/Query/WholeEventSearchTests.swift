import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Looking for a text in whole events gives what putting every event together and searching it gives.
@Suite struct WholeEventSearchTests {
    @Test(arguments: RandomStores.State.allCases) func everyKindOfText(state: RandomStores.State) async throws {
        var generator = EventGenerator(seed: 21)
        var pieces = generator.segments(2, lines: 80)
        pieces.append(RandomStores.realLines(150, &generator.random))
        // An event that is no UTF-8 in one place is in the edge log; here are escapes and odd white space.
        pieces.append([
            #"{ "a" : "x\"y" , "b" : [ 1 , "q,r" ] , "requestObject" : { "k" : "v\\w" , "n" : null } }"#,
            #"{"requestObject":"text","responseObject":[{"spec":{"replicas":12}}],"stageTimestamp":null}"#,
        ])
        let lines = pieces.flatMap { $0 }
        let snapshot = try await RandomStores.snapshot(pieces, state)
        var random = generator.random
        var matched = 0
        for _ in 0..<400 {
            // A part of an event, so that many searches find something, some across values; some are changed a little.
            let line = Array(lines.randomElement(using: &random)!.utf8)
            let count = min(line.count, Int.random(in: 1...24, using: &random))
            let start = Int.random(in: 0...(line.count - count), using: &random)
            var part = Array(line[start..<start + count])
            if Int.random(in: 0..<4, using: &random) == 0 {
                part[Int.random(in: 0..<part.count, using: &random)] = Array("\",:{}[] ax0-".utf8).randomElement(
                    using: &random)!
            }
            guard let text = String(validating: part, as: UTF8.self) else { continue }
            let expected = lines.filter { Data($0.utf8).range(of: Data(part)) != nil }
            for test in [ValueTest.contains(text), try .matches(RegularExpression(Self.escaped(text)))] {
                var scan = EventScan(snapshot, schema: KubernetesAudit.description)
                scan.predicate = .test(FieldReference(.raw), test)
                var found: [String] = []
                try scan.forEachEvent(order: .ingest, limit: nil) { found.append(String(decoding: $0, as: UTF8.self)) }
                #expect(found == expected, "seed 21: \(text)")
            }
            matched += expected.count
        }
        #expect(matched > 1000)
    }

    @Test func bytesThatAreNoText() throws {
        // The byte 0xFF is U+FFFD to a search, as it is where the event's text is a string.
        let line = Array("{\"a\":\"x".utf8) + [0xff] + Array("y\",\"b\":\"xyz\"}\n".utf8)
        let fixture = try QueryFixture(bytes: [line])
        for (text, count) in [("x\u{fffd}y", 1), ("xyz", 1), ("xy\"", 0), ("y\",\"b", 1)] {
            let found = try fixture.lines(TextEvents(where: "_raw.contains('\(text)')"))
            #expect(found.count == count, "\(text)")
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { $0 += "\\.+*?()|[]{}^$".contains($1) ? "\\\($1)" : "\($1)" }
    }
}
