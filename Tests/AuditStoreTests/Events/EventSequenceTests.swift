import Foundation
import KubernetesAudit
import Testing

@testable import AuditStore

/// Rows in every order, against a sort of all of them.
@Suite struct EventSequenceTests {
    /// Events with few different times and some without one, in segments whose times overlap; more than a page of them.
    static func lines(seed: UInt64, segments: Int, lines: Int) -> [[String]] {
        var random = SeededGenerator(seed: seed)
        var number = 0
        return (0..<segments).map { _ in
            (0..<lines).map { _ in
                number += 1
                let verb = ["get", "list"].randomElement(using: &random)!
                guard Int.random(in: 0..<100, using: &random) > 2 else { return #"{"n":\#(number),"verb":"\#(verb)"}"# }
                let time = Instant(microseconds: 1_718_000_000_000_000 + Int64.random(in: 0..<500, using: &random))
                return #"{"n":\#(number),"verb":"\#(verb)","stageTimestamp":"\#(time)"}"#
            }
        }
    }

    /// The lines in an order, each with its number, by a stable sort.
    static func sorted(_ lines: [String], _ order: EventOrder) -> [String] {
        func time(_ line: String) -> String? {
            line.range(of: "stageTimestamp\":\"").map { String(line[$0.upperBound...].dropLast(2)) }
        }
        let dated = lines.filter { time($0) != nil }
        let undated = lines.filter { time($0) == nil }
        switch order {
        case .ingest: return lines
        case .oldest: return stable(dated) { time($0)! < time($1)! } + undated
        case .newest: return stable(dated.reversed()) { time($0)! > time($1)! } + undated.reversed()
        }
    }

    private static func stable(_ lines: [String], _ precedes: (String, String) -> Bool) -> [String] {
        lines.enumerated().sorted { a, b in
            if precedes(a.element, b.element) { return true }
            return precedes(b.element, a.element) ? false : a.offset < b.offset
        }.map(\.element)
    }

    @Test(arguments: EventOrder.allCases)
    func everyOrder(order: EventOrder) async throws {
        let seed: UInt64 = 20_261_123
        print("seed \(seed)")
        let fixture = try QueryFixture(Self.lines(seed: seed, segments: 5, lines: 1500))
        let expected = Self.sorted(fixture.lines, order)
        let all = try await Self.sequence(fixture.events, order, limit: nil).collect()
        #expect(all.map(\.event.text) == expected)
        #expect(Set(all.map(\.position)).count == expected.count)
        for limit in [0, 1, 1023, 1025, 6000, 7500, 9999] {
            let some = try await Self.sequence(fixture.events, order, limit: limit).collect()
            #expect(some.map(\.event.text) == Array(expected.prefix(limit)), "limit \(limit)")
        }
        let lists = try await Self.sequence(fixture.events.where { $0.verb == "list" }, order, limit: nil).collect()
        #expect(lists.map(\.event.text) == expected.filter { $0.contains("\"list\"") })
    }

    static func sequence(
        _ events: EventQuery<KubernetesAudit>, _ order: EventOrder, limit: Int?
    ) -> EventSequence<KubernetesEvent> {
        switch order {
        case .ingest: events.inIngestOrder(limit: limit)
        case .oldest: events.oldestFirst(limit: limit)
        case .newest: events.newestFirst(limit: limit)
        }
    }

    @Test func agreesWithTheRowsOfTheCommandLine() async throws {
        let seed: UInt64 = 7
        print("seed \(seed)")
        var generator = EventGenerator(seed: seed)
        let fixture = try QueryFixture(generator.segments(6, lines: 400))
        for order in EventOrder.allCases {
            let expected = try fixture.lines(TextEvents(order: order))
            let found = try await Self.sequence(fixture.events, order, limit: nil).collect().map(\.event.text)
            #expect(found == expected)
        }
    }

    @Test func iterationsStartAnew() async throws {
        let fixture = try QueryFixture(Self.lines(seed: 3, segments: 2, lines: 10))
        let sequence = fixture.events.oldestFirst()
        for _ in 0..<2 {
            var first: String?
            for try await event in sequence {
                first = event.event.text
                break
            }
            #expect(first == Self.sorted(fixture.lines, .oldest).first)
        }
    }

    @Test func stopsWhenItsTaskIsCancelled() async throws {
        let fixture = try QueryFixture(Self.lines(seed: 4, segments: 2, lines: 1000))
        let events = fixture.events
        let task = Task { () -> Int in
            var seen = 0
            for try await _ in events.oldestFirst() {
                seen += 1
                if seen == 10 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return seen
        }
        let result = await task.result
        guard case .failure(let error as AuditStoreError) = result else {
            Issue.record("not cancelled: \(result)")
            return
        }
        #expect(error.code == .cancelled)
    }

    @Test func neighboursOfAnEvent() async throws {
        let fixture = try QueryFixture(Self.lines(seed: 5, segments: 3, lines: 700))
        let ordered = try await fixture.events.oldestFirst().collect()
        let dated = ordered.filter { $0.stageTime != nil }.count
        for index in [0, 1, 2, 800, dated - 1, dated - 2] {
            let context = try await fixture.events.context(of: ordered[index], sharing: .any, before: 2, after: 3)
            #expect(context.event == ordered[index])
            #expect(context.before == Array(ordered[max(0, index - 2)..<index]))
            #expect(context.after == Array(ordered[(index + 1)..<min(ordered.count, index + 4)]))
        }
    }

    @Test func neighboursOfTheSameUserOrObject() async throws {
        func line(_ second: Int, _ user: String?, _ resource: String, _ name: String?) -> String {
            let user = user.map { #""user":{"username":"\#($0)"},"# } ?? ""
            let name = name.map { #","name":"\#($0)""# } ?? ""
            return
                #"{\#(user)"objectRef":{"resource":"\#(resource)","namespace":"n"\#(name)},"stageTimestamp":"2024-06-16T04:00:0\#(second).000000Z"}"#
        }
        let lines = [
            line(1, "alice", "pods", "a"), line(2, "bob", "pods", "b"), line(3, "alice", "secrets", "a"),
            line(4, nil, "pods", "b"), line(5, "alice", "pods", "b"), line(6, "bob", "pods", nil),
        ]
        let fixture = try QueryFixture([lines])
        let all = try await fixture.events.oldestFirst().collect()
        func seconds(_ index: Int, _ relation: EventRelation) async throws -> [Int] {
            let context = try await fixture.events.context(of: all[index], sharing: relation)
            return (context.before + [context.event] + context.after).map { event in
                all.firstIndex(of: event)! + 1
            }
        }
        #expect(try await seconds(2, .user) == [1, 3, 5])
        #expect(try await seconds(3, .user) == [4])
        #expect(try await seconds(1, .object) == [2, 4, 5])
        #expect(try await seconds(5, .object) == [6])
        #expect(try await seconds(0, .any) == [1, 2, 3, 4, 5, 6])
    }
}
