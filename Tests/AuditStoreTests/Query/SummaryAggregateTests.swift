import Foundation
import KubernetesAudit
import Testing

@testable import AuditStore

/// Sketches, histograms and frequent values of the real log, against what is counted from its parsed events.
@Suite struct SummaryAggregateTests {
    /// Values of each verb.
    private static func byVerb<Value>(_ value: ([String: Any]) -> Value?) throws -> [String: [Value]] {
        var groups: [String: [Value]] = [:]
        for event in try SampleEvents.events() {
            guard let verb = SampleEvents.text("verb", event) else { continue }
            groups[verb, default: []] += value(event).map { [$0] } ?? []
        }
        return groups
    }

    @Test func distinctValues() async throws {
        let expected = try Self.byVerb { SampleEvents.text("requestURI", $0) }.mapValues { Set($0).count }
        let groups = try await SampleEvents.fixture.get().events.group { $0.verb }
            .aggregate(.distinct(\.requestURI), .approximateDistinct(\.requestURI)).rows()
        #expect(groups.count == expected.count)
        for (verb, (exact, approximate)) in groups {
            #expect(exact == expected[verb])
            // Up to 1,024 values there is no error.
            #expect(approximate == exact || exact > 1024)
        }
        let identities = Set(try SampleEvents.events().compactMap { SampleEvents.text("auditID", $0) }).count
        let (exact, approximate) = try await SampleEvents.fixture.get().events
            .aggregate(.distinct(\.auditID), .approximateDistinct(\.auditID))
        #expect(exact == identities && abs(Double(approximate) / Double(exact) - 1) < 0.03)
    }

    @Test func distinctDurations() async throws {
        let expected = Set(try SampleEvents.events().compactMap(SampleEvents.latency)).count
        let (exact, approximate) = try await SampleEvents.fixture.get().events
            .aggregate(.distinct(\.latency), .approximateDistinct(\.latency))
        #expect(exact == expected && abs(Double(approximate) / Double(exact) - 1) < 0.03)
    }

    @Test(arguments: [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1])
    func quantiles(q: Double) async throws {
        let expected = try Self.byVerb(SampleEvents.latency).mapValues { $0.sorted() }
        let groups = try await SampleEvents.fixture.get().events.group { $0.verb }
            .aggregate(.approximateQuantile(q, of: \.latency), .approximateQuantile(q, of: \.response.code)).rows()
        let codes = try Self.byVerb { event -> Double? in
            if case .number(let code)? = ReferenceStore.values("responseStatus.code", event).first { code } else { nil }
        }.mapValues { $0.sorted() }
        func nearest<T>(_ values: [T]) -> T? {
            values.isEmpty ? nil : values[min(max(Int((q * Double(values.count)).rounded(.up)), 1), values.count) - 1]
        }
        for (verb, (latency, code)) in groups {
            let exact = try #require(nearest(expected[verb]!))
            let found = try #require(latency).microseconds
            #expect(abs(Double(found - exact)) <= abs(Double(exact)) / 129 + 1, "\(verb): \(found), \(exact)")
            #expect(code.map(Double.init) == nearest(codes[verb]!))
        }
    }

    @Test func standardDeviations() async throws {
        let groups = try await SampleEvents.fixture.get().events.group { $0.verb }
            .aggregate(.standardDeviation(\.latency), .standardDeviation(\.response.code)).rows()
        let latencies = try Self.byVerb { SampleEvents.latency($0).map { Double($0) / 1_000_000 } }
        let codes = try Self.byVerb { event -> Double? in
            if case .number(let code)? = ReferenceStore.values("responseStatus.code", event).first { code } else { nil }
        }
        func deviation(_ values: [Double]) -> Double? {
            guard values.count > 1 else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
        }
        for (verb, found) in groups {
            for (value, expected) in [(found.0, deviation(latencies[verb]!)), (found.1, deviation(codes[verb]!))] {
                #expect((value == nil) == (expected == nil))
                if let value, let expected { #expect(abs(value - expected) <= expected * 1e-9 + 1e-12, "\(verb)") }
            }
        }
    }

    @Test func frequentValues() async throws {
        let expected = try Self.byVerb { SampleEvents.text("user.username", $0) }
        let groups = try await SampleEvents.fixture.get().events.group { $0.verb }
            .aggregate(.mostFrequent(3, of: \.user.name), .mostFrequent(2, of: \.latency)).rows()
        let latencies = try Self.byVerb(SampleEvents.latency)
        func top<T: Hashable & Comparable>(_ values: [T], _ count: Int) -> [(T, Int)] {
            let counts = values.reduce(into: [T: Int]()) { $0[$1, default: 0] += 1 }
            let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            return sorted.prefix(count).map { ($0.key, $0.value) }
        }
        for (verb, (users, durations)) in groups {
            let wanted = top(expected[verb]!, 3)
            #expect(users.map(\.value) == wanted.map(\.0) && users.map(\.count) == wanted.map(\.1), "\(verb)")
            let common = top(latencies[verb]!, 2)
            #expect(durations.map(\.value) == common.map { Duration.microseconds($0.0) })
            #expect(durations.map(\.count) == common.map(\.1))
        }
    }

    @Test func histograms() async throws {
        let latencies = try SampleEvents.events().compactMap(SampleEvents.latency)
        let bounds: [Duration] = [.milliseconds(1), .milliseconds(10), .seconds(1)]
        let (byWidth, between, codes) = try await SampleEvents.fixture.get().events.aggregate(
            .histogram(\.latency, width: .milliseconds(5)), .histogram(\.latency, boundaries: bounds),
            .histogram(\.response.code, width: 100))
        var counted: [Int64: Int] = [:]
        for latency in latencies { counted[latency / 5000 - (latency % 5000 < 0 ? 1 : 0), default: 0] += 1 }
        let expected = counted.sorted { $0.key < $1.key }
        #expect(byWidth.map(\.count) == expected.map(\.value))
        #expect(byWidth.map(\.lowerBound) == expected.map { Duration.microseconds($0.key * 5000) })
        #expect(byWidth.map(\.upperBound) == expected.map { Duration.microseconds($0.key * 5000 + 5000) })
        #expect(between.map(\.lowerBound) == [nil] + bounds && between.map(\.upperBound) == bounds + [nil])
        let limits: [Int64] = [.min, 1000, 10_000, 1_000_000, .max]
        let counts = zip(limits, limits.dropFirst()).map { low, high in
            latencies.filter { $0 >= low && $0 < high }.count
        }
        #expect(between.map(\.count) == counts)
        var classes: [Int: Int] = [:]
        for event in try SampleEvents.events() {
            guard case .number(let code)? = ReferenceStore.values("responseStatus.code", event).first else { continue }
            classes[Int(code) / 100 * 100, default: 0] += 1
        }
        let sorted = classes.sorted { $0.key < $1.key }
        #expect(codes.map(\.lowerBound) == sorted.map(\.key))
        #expect(codes.map(\.count) == sorted.map(\.value))
    }

    @Test func widthsThatAreNoneGiveOneBucket() async throws {
        let events = try SampleEvents.fixture.get().events
        let (zero, negative, none) = try await events.aggregate(
            .histogram(\.response.code, width: 0), .histogram(\.latency, width: .seconds(-1)),
            .histogram(\.response.code, boundaries: []))
        #expect(zero.count == 1 && negative.count == 1 && none.count == 1 && zero[0].count == none[0].count)
    }

    @Test func textForm() async throws {
        let result = try await TypedQueryTests.fixture().ask(
            TextQuery(
                by: ["verb"],
                aggregates: [
                    "approxDistinct(user.username)", "topK(user.username, 2)", "histogram(latency,0.5)",
                    "histogram(responseStatus.code,[201,403.5])", "stddev(responseStatus.code)",
                    "approxQuantile(responseStatus.code,0.5)",
                ]))
        #expect(
            result.rows == [
                [
                    .string("get"), .int(1), .list([.json(#"{"value":"alice","count":2}"#)]),
                    .list([.json(#"{"from":0,"to":0.5,"count":1}"#), .json(#"{"from":1.5,"to":2,"count":1}"#)]),
                    .list([
                        .json(#"{"from":null,"to":201,"count":0}"#), .json(#"{"from":201,"to":403.5,"count":2}"#),
                        .json(#"{"from":403.5,"to":null,"count":0}"#),
                    ]), .double(0), .int(403),
                ],
                [
                    .string("list"), .int(1), .list([.json(#"{"value":"bob","count":1}"#)]),
                    .list([.json(#"{"from":0,"to":0.5,"count":1}"#)]),
                    .list([
                        .json(#"{"from":null,"to":201,"count":1}"#), .json(#"{"from":201,"to":403.5,"count":0}"#),
                        .json(#"{"from":403.5,"to":null,"count":0}"#),
                    ]), .null, .int(200),
                ],
            ])
    }

    @Test(arguments: [
        "topK(verb)", "topK(verb,0)", "topK(verb,x)", "histogram(latency)", "histogram(latency,0)",
        "histogram(latency,-1)", "histogram(latency,[])", "histogram(latency,[2,1])", "histogram(stageTimestamp,1)",
        "approxQuantile(latency)", "approxQuantile(latency,2)", "histogram(latency,nan)", "median(latency)",
    ])
    func mistakes(aggregate: String) async throws {
        await #expect(throws: ExpressionError.self) {
            try await TypedQueryTests.fixture().ask(TextQuery(aggregates: [aggregate]))
        }
    }

    @Test func columnsAreDistinct() async throws {
        let error = await #expect(throws: ExpressionError.self) {
            try await TypedQueryTests.fixture().ask(TextQuery(aggregates: ["count", "count"]))
        }
        #expect(error?.message == "the column `count` is there twice")
        await #expect(throws: ExpressionError.self) {
            try await TypedQueryTests.fixture().ask(TextQuery(by: ["verb", "verb"]))
        }
    }
}
