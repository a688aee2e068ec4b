import KubernetesAudit
import Testing

@testable import AuditStore

/// `having`, `order` and `limit` in both forms, against sorting and filtering what is counted from the parsed events.
@Suite struct HavingTests {
    private struct Group: Equatable {
        var user: String
        var count: Int
        var addresses: Int
    }

    private static func groups() throws -> [Group] {
        var counts: [String: Int] = [:]
        var agents: [String: Set<String>] = [:]
        for event in try SampleEvents.events() {
            guard let user = SampleEvents.text("user.username", event) else { continue }
            counts[user, default: 0] += 1
            if let agent = SampleEvents.text("userAgent", event) { agents[user, default: []].insert(agent) }
        }
        return counts.map { Group(user: $0.key, count: $0.value, addresses: agents[$0.key]?.count ?? 0) }
            .sorted { $0.user.utf8.lexicographicallyPrecedes($1.user.utf8) }
    }

    @Test func typed() async throws {
        let query = try SampleEvents.fixture.get().events.group { $0.user.name }
            .aggregate(.count, .distinct(\.userAgent))
        func groups(_ rows: [(key: String, value: (Int, Int))]) -> [Group] {
            rows.map { Group(user: $0.key, count: $0.value.0, addresses: $0.value.1) }
        }
        let all = try Self.groups()
        #expect(groups(try await query.rows()) == all)
        let busy = all.filter { $0.count > 20 && $0.addresses < 3 && !$0.user.hasPrefix("system:node") }
        let found = try await query.having { $0.value.0 > 20 && $0.value.1 < 3 }
            .having { !$0.key.hasPrefix("system:node") }.rows()
        #expect(groups(found) == busy && !busy.isEmpty && busy.count < all.count)
        // By agents downwards, then by count upwards, then by name: the sort of the standard library is stable.
        let ordered = all.sorted { ($1.addresses, $0.count) < ($0.addresses, $1.count) }
        for limit in [0, 1, 7, 50, 100_000] {
            let found = try await query.order(.descending) { $0.value.1 }.order { $0.value.0 }.limit(limit).rows()
            #expect(groups(found) == Array(ordered.prefix(limit)), "limit \(limit)")
        }
        let top = all.sorted { $1.count < $0.count }
        #expect(groups(try await query.top(9)) == Array(top.prefix(9)))
        #expect(groups(try await query.top(9, by: \.0)) == Array(top.prefix(9)))
        #expect(groups(try await query.limit(4).limit(9).rows()) == Array(all.prefix(4)))
        #expect(
            groups(try await query.having { $0.value.0 > 20 }.top(3)) == Array(top.filter { $0.count > 20 }.prefix(3)))
    }

    @Test func text() async throws {
        let fixture = try SampleEvents.fixture.get()
        let all = try Self.groups()
        func ask(_ having: String?, top: Int? = nil, limit: Int? = nil, order: String? = nil) async throws -> [String] {
            let result = try await fixture.ask(
                TextQuery(
                    where: "has(user.username)", by: ["user.username"], aggregates: ["count", "distinct(userAgent)"],
                    having: having, top: top, limit: limit, order: order))
            return result.rows.map { if case .string(let user) = $0[0] { user } else { "" } }
        }
        let usual = all.sorted { $1.count < $0.count }
        #expect(
            try await ask("count > 20 && distinct(userAgent) < 3")
                == usual.filter { $0.count > 20 && $0.addresses < 3 }.map(\.user))
        #expect(
            try await ask("user.username.startsWith(\"system:\") || 100 <= count")
                == usual.filter { $0.user.hasPrefix("system:") || $0.count >= 100 }.map(\.user))
        #expect(try await ask("!(count in [1, 2, 3])", top: 5) == usual.filter { $0.count > 3 }.prefix(5).map(\.user))
        #expect(try await ask(nil, limit: 3) == usual.prefix(3).map(\.user))
        #expect(try await ask(nil, top: 8, limit: 3) == usual.prefix(3).map(\.user))
        #expect(
            try await ask("count > 20", limit: 3, order: "user.username:asc")
                == all.filter { $0.count > 20 }.prefix(3).map(\.user))
    }

    @Test func columnsOfOtherTypes() async throws {
        func ask(_ having: String) async throws -> Int {
            try await TypedQueryTests.fixture().ask(
                TextQuery(
                    by: ["verb"], every: "1h",
                    aggregates: [
                        "count", "max(latency)", "first(stageTimestamp)", "topK(verb,1)", "quantile(latency, 0.5)",
                    ],
                    having: having)
            ).rows.count
        }
        #expect(try await ask("true") == 3)
        #expect(try await ask("max(latency) > 0.25") == 1)
        #expect(try await ask("quantile(latency, 0.5) >= duration(\"250ms\")") == 2)
        #expect(try await ask("time >= timestamp(\"2024-06-16T05:00:00Z\")") == 2)
        #expect(try await ask("time < \"2024-06-16T05:00:00Z\"") == 1)
        #expect(try await ask("first(stageTimestamp) > timestamp(\"2024-06-17T00:00:00Z\") && verb == \"get\"") == 1)
        #expect(try await ask("has(max(latency))") == 3)
    }

    @Test(arguments: [
        ("user.username == \"a\"", "cannot be tested here"), ("sum(latency) > 1", "there is no column `sum(…)`"),
        ("count >", "expected a value"), ("count + 1 > 2", "there is no arithmetic"),
        ("counts > 2", "`counts` cannot be tested here"),
    ])
    func mistakes(having: String, message: String) async throws {
        let error = await #expect(throws: ExpressionError.self) {
            try await TypedQueryTests.fixture().ask(TextQuery(by: ["verb"], having: having))
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func limitWithTimeBucketsCutsRows() async throws {
        let rows = try await TypedQueryTests.fixture().ask(TextQuery(by: ["verb"], every: "1h", limit: 2)).rows
        #expect(rows.map { $0[0] } == [.string("2024-06-16T04:00:00Z"), .string("2024-06-16T05:00:00Z")])
    }
}
