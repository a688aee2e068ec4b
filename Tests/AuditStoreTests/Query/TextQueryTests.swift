import KubernetesAudit
import Testing

@testable import AuditStore

@Suite struct TextQueryTests {
    private func ask(_ query: TextQuery) async throws -> [[TextValue]] {
        try await TypedQueryTests.fixture().ask(query).rows
    }

    private func count(_ condition: String) async throws -> Int64 {
        guard case .int(let count) = try await ask(TextQuery(where: condition))[0][0] else { return -1 }
        return count
    }

    @Test func columnsAreTheTextsAsGiven() async throws {
        let result = try await TypedQueryTests.fixture().ask(
            TextQuery(by: ["user.username"], every: "1d", aggregates: ["count", "distinct(remoteIP)"]))
        #expect(result.columns == ["time", "user.username", "count", "distinct(remoteIP)"] && result.keyColumns == 2)
        #expect(
            result.rows == [
                [.string("2024-06-16T00:00:00Z"), .string("alice"), .int(1), .int(1)],
                [.string("2024-06-16T00:00:00Z"), .string("bob"), .int(1), .int(1)],
                [.string("2024-06-17T00:00:00Z"), .string("alice"), .int(1), .int(1)],
                [.string("2024-06-17T00:00:00Z"), .null, .int(1), .int(1)],
            ])
    }

    @Test func nothingMatches() async throws {
        #expect(
            try await ask(
                TextQuery(where: "verb == \"none\"", aggregates: ["count", "max(latency)", "distinct(verb)"]))
                == [[.int(0), .null, .int(0)]])
        #expect(try await ask(TextQuery(where: "verb == \"none\"", by: ["verb"])).isEmpty)
    }

    @Test func orderAndTop() async throws {
        #expect(try await ask(TextQuery(by: ["verb"])) == [[.string("get"), .int(3)], [.string("list"), .int(1)]])
        #expect(
            try await ask(TextQuery(by: ["verb"], order: "verb:desc")) == [
                [.string("list"), .int(1)], [.string("get"), .int(3)],
            ])
        #expect(try await ask(TextQuery(by: ["verb"], top: 1)) == [[.string("get"), .int(3)]])
        #expect(
            try await ask(TextQuery(by: ["verb"], every: "1h", top: 1)).map { $0[0] }
                == [.string("2024-06-16T04:00:00Z"), .string("2024-06-17T04:00:00Z")])
    }

    @Test func emptyListsAndAbsentOnesAreNull() async throws {
        #expect(
            try await ask(TextQuery(by: ["user.groups"]))
                == [[.string("b"), .int(2)], [.null, .int(2)], [.string("a"), .int(1)]])
    }

    @Test func timesAndDurations() async throws {
        #expect(
            try await ask(
                TextQuery(aggregates: ["min(stageTimestamp)", "first(stageTimestamp)", "sum(latency)", "p50(latency)"]))
                == [
                    [
                        .string("2024-06-16T04:00:01.500000Z"), .string("2024-06-16T04:00:01.500000Z"),
                        .double(1.750001),
                        .double(0.25),
                    ]
                ])
        #expect(try await count("latency > 0.25") == 1)
        #expect(try await count("latency >= duration(\"250ms\")") == 2)
        #expect(try await count("stageTimestamp >= timestamp(\"2024-06-17T00:00:00Z\")") == 2)
        #expect(try await count("stageTimestamp == \"2024-06-16T05:00:00.000000Z\"") == 1)
    }

    @Test func functions() async throws {
        #expect(try await count("cidr(\"203.0.113.0/24\").containsIP(remoteIP)") == 2)
        #expect(try await count("[\"10.0.0.0/8\", \"192.168.0.0/16\"].exists(n, cidr(n).containsIP(remoteIP))") == 2)
        #expect(try await count("sourceIPs.exists(a, cidr(\"203.0.113.0/24\").containsIP(a))") == 3)
        #expect(try await count("sourceIPs[0] == \"203.0.113.9\"") == 3)
        #expect(try await count("sourceIPs.size() == 2") == 1)
        #expect(try await count("ip(remoteIP) == ip(\"::ffff:10.0.0.1\")") == 1)
        #expect(try await count("has(user)") == 4)
        #expect(try await count("has(responseStatus)") == 3)
        #expect(try await count("_raw.contains(\"curl\")") == 1)
        #expect(try await count("user.username == user.username") == 3)
        #expect(try await count("requestReceivedTimestamp == stageTimestamp") == 0)
    }

    @Test(arguments: [
        "verb == null", "cidr(\"10.0.0.0/40\").containsIP(remoteIP)", "verb", "stageTimestamp > 3",
        "timestamp(\"yesterday\") < stageTimestamp",
    ])
    func whatMakesNoSense(_ condition: String) async throws {
        guard condition != "verb" else {
            #expect(try await count(condition) == 0)
            return
        }
        await #expect(throws: ExpressionError.self) { try await ask(TextQuery(where: condition)) }
    }

    @Test func wrongAggregatesAndOrders() async throws {
        await #expect(throws: ExpressionError.self) { try await ask(TextQuery(aggregates: ["cuont"])) }
        await #expect(throws: ExpressionError.self) { try await ask(TextQuery(order: "verb:asc")) }
        await #expect(throws: ExpressionError.self) { try await ask(TextQuery(every: "often")) }
    }

    @Test func mismatchesAreCounted() async throws {
        let fixture = try QueryFixture([
            [
                #"{"verb":"a","requestObject":{"n":1,"l":[1,"x",2.5]}}"#, #"{"verb":"a","requestObject":{"n":"1"}}"#,
                #"{"verb":"a","requestObject":{"n":2.5,"l":7}}"#, #"{"verb":"b","requestObject":{"n":null}}"#,
                #"{"verb":"b","sourceIPs":["10.0.0.1","x"]}"#,
            ]
        ])
        let result = try await fixture.ask(
            TextQuery(
                by: ["verb"],
                aggregates: [
                    "mismatches(requestObject.n,int)", "mismatches(requestObject.n,double)",
                    "mismatches(requestObject.l,int[])", "mismatches(sourceIPs,ip[])", "count",
                ]))
        #expect(
            result.rows == [
                [.string("a"), .int(2), .int(1), .int(3), .int(0), .int(3)],
                [.string("b"), .int(0), .int(0), .int(0), .int(1), .int(2)],
            ])
        for wrong in ["mismatches(verb)", "mismatches(verb,number)", "mismatches(verb,[])", "mismatches(verb,int,int)"]
        {
            await #expect(throws: ExpressionError.self) { try await fixture.ask(TextQuery(aggregates: [wrong])) }
        }
    }

    @Test func longListsCountInTheBudget() async throws {
        let list = (0..<20_000).map { "\"e\($0 % 50)\"" }.joined(separator: ",")
        let fixture = try QueryFixture([(0..<20).map { "{\"verb\":\"v\($0)\",\"sourceIPs\":[\(list)]}" }])
        var query = TextQuery(by: ["sourceIPs"], aggregates: ["count"])
        query.threads = 1
        #expect(try await fixture.ask(query).rows.first == [.string("e0"), .int(8000)])
        await #expect {
            _ = try await query.run(
                on: fixture.snapshot, schema: KubernetesAudit.description, now: 0,
                options: QueryOptions(memoryBudget: 2_000_000))
        } throws: { ($0 as? AuditStoreError)?.code == .limit }
    }
}
