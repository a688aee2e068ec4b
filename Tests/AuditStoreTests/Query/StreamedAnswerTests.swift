import KubernetesAudit
import SegmentFormat
import Testing

@testable import AuditStore

/// Answers that are read group by group are those that fit in memory, however small the budget.
@Suite struct StreamedAnswerTests {
    private static func fixture() throws -> QueryFixture {
        var random = SeededGenerator(seed: 11)
        return try QueryFixture(
            (0..<2).map { _ in
                (0..<900).map { i in
                    let n = Int.random(in: 0..<2600, using: &random)
                    let time = Instant(microseconds: 1_718_000_000_000_000 + Int64(i) * 3_000_000_000)
                    let agent = String(UInt64.random(in: .min ... .max, using: &random), radix: 16)
                    let name = n % 97 == 0 ? "" : ",\"user\":{\"username\":\"a-rather-long-user-name-\(n)\"}"
                    return "{\"verb\":\"v\(n % 7)\"\(name),\"userAgent\":\"\(agent)\",\"stageTimestamp\":\"\(time)\","
                        + "\"sourceIPs\":[\"10.0.\(n % 5).1\",\"10.1.1.\(n % 200)\"]}"
                }
            })
    }

    private static let queries = [
        TextQuery(by: ["user.username"], aggregates: ["count"]),
        TextQuery(by: ["user.username", "verb"], aggregates: ["last(userAgent)", "count", "max(userAgent)"]),
        TextQuery(by: ["user.username"], every: "1d", aggregates: ["count", "first(stageTimestamp)"]),
        TextQuery(by: ["userAgent"], aggregates: ["count", "topK(sourceIPs,3)", "histogram(stageTimestamp,3600)"]),
        TextQuery(by: ["sourceIPs", "user.username"], aggregates: ["count", "avg(user.username)"]),
        TextQuery(by: ["user.username"], aggregates: ["count"], order: "user.username:desc"),
        TextQuery(by: ["user.username"], aggregates: ["count", "min(userAgent)"], order: "min(userAgent):asc"),
        TextQuery(by: ["user.username"], aggregates: ["count"], having: "count > 2"),
        TextQuery(by: ["user.username"], aggregates: ["count"], top: 5),
    ]

    private func rows(
        _ fixture: QueryFixture, _ query: TextQuery, _ options: QueryOptions
    ) async throws -> [[TextValue]] {
        let rows = try await query.rows(
            on: fixture.snapshot, schema: KubernetesAudit.description, now: QueryFixture.now, options: options)
        var all: [[TextValue]] = []
        for try await row in rows { all.append(row) }
        return all
    }

    @Test(arguments: queries.indices) func streamedRowsAreThoseOfTheWholeAnswer(index: Int) async throws {
        let fixture = try Self.fixture()
        var query = Self.queries[index]
        if query.aggregates.contains("histogram(stageTimestamp,3600)") { query.aggregates.removeLast() }
        let whole = try await fixture.ask(query)
        #expect(try await rows(fixture, query, QueryOptions()) == whole.rows)
        for (budget, threads) in [(700_000, 2), (300_000, 1)] {
            let files = MemoryFileSystem()
            var options = QueryOptions(memoryBudget: budget)
            options.files = files
            query.threads = threads
            #expect(try await rows(fixture, query, options) == whole.rows)
            #expect(files.temporaryBytes == 0)
            // With so little memory, nothing but a temporary file has room for the answer.
            if budget == 300_000, index == 0 { #expect(files.calls > 10) }
        }
    }

    @Test func typedGroupsAreStreamed() async throws {
        let fixture = try Self.fixture()
        var options = QueryOptions(memoryBudget: 150_000)
        let files = MemoryFileSystem()
        options.files = files
        func query(_ events: EventQuery<KubernetesAudit>) -> AggregateQuery<(String, String?), (Int, String?)> {
            events.group { ($0.user.name, $0.verb.optional) }
                .aggregate(.count, .max(\.userAgent))
                .having { $0.value.0 != 3 }
                .order(.descending) { $0.value.0 }
        }
        let whole = try await query(fixture.events).rows()
        #expect(whole.count > 500)
        let stream = try await query(fixture.events.options(options)).stream()
        #expect(files.temporaryBytes > 0)
        for _ in 0..<2 {  // Each iteration starts from the first group.
            var next = 0
            for try await row in stream {
                #expect(row.key == whole[next].key && row.value == whole[next].value)
                next += 1
            }
            #expect(next == whole.count)
        }
        let limited = try await query(fixture.events.options(options)).limit(3).stream()
        var keys: [String] = []
        for try await row in limited { keys.append(row.key.0) }
        #expect(keys == whole.prefix(3).map(\.key.0))
    }

    @Test func aFullDiskIsAnErrorAndFreesTheFile() async throws {
        let fixture = try Self.fixture()
        let files = MemoryFileSystem()
        files.setCapacity(50_000)
        var options = QueryOptions(memoryBudget: 150_000)
        options.files = files
        await #expect { try await rows(fixture, Self.queries[0], options) } throws: {
            ($0 as? AuditStoreError)?.code == .diskFull
        }
        #expect(files.temporaryBytes == 0)
    }

    @Test func everyCallThatFailsIsAnError() async throws {
        let fixture = try Self.fixture()
        let files = MemoryFileSystem()
        var options = QueryOptions(memoryBudget: 150_000)
        options.files = files
        let whole = try await rows(fixture, Self.queries[0], options)
        let calls = files.calls
        for call in stride(from: 1, through: calls, by: max(1, calls / 8)) {
            for fault in [MemoryFileSystem.Fault.failsOnce(call: call), .readsShort(call: call)] {
                files.inject(fault)
                await #expect { try await rows(fixture, Self.queries[0], options) } throws: {
                    let code = ($0 as? AuditStoreError)?.code
                    return code == .io || code == .corrupt
                }
            }
        }
        files.inject(nil)
        #expect(try await rows(fixture, Self.queries[0], options) == whole)
    }

    @Test func readingStopsWhenItIsCancelled() async throws {
        let fixture = try Self.fixture()
        var options = QueryOptions(memoryBudget: 150_000)
        options.files = MemoryFileSystem()
        let query = Self.queries[0]
        let task = Task { [options] in
            let rows = try await query.rows(
                on: fixture.snapshot, schema: KubernetesAudit.description, now: QueryFixture.now, options: options)
            var count = 0
            for try await _ in rows {
                count += 1
                if count == 10 { withUnsafeCurrentTask { $0?.cancel() } }
                #expect(count < 1100)
            }
        }
        await #expect { try await task.value } throws: { ($0 as? AuditStoreError)?.code == .cancelled }
    }

    @Test func rareAndFirstSeenValuesAreChosenInParts() async throws {
        let fixture = try Self.fixture()
        var options = QueryOptions(memoryBudget: 150_000)
        options.files = MemoryFileSystem()
        let since = Instant(microseconds: 1_718_000_000_000_000 + 450 * 3_000_000_000)
        let small = fixture.events.options(options)
        let rare = try await fixture.events.rare(fewerThan: 3, by: ["user.username"], limit: 50)
        #expect(rare.count == 50)
        #expect(try await small.rare(fewerThan: 3, by: ["user.username"], limit: 50).map(\.key) == rare.map(\.key))
        let new = try await fixture.events.firstSeen(since: since, by: ["userAgent"], limit: 40)
        #expect(new.count == 40)
        #expect(try await small.firstSeen(since: since, by: ["userAgent"], limit: 40).map(\.key) == new.map(\.key))
    }
}
