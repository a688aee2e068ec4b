import KubernetesAudit
import Synchronization
import Testing

@testable import AuditStore

/// Answers do not depend on the memory budget, as long as there is one.
@Suite struct MemoryBudgetTests {
    /// Events with unique names, some of them twice.
    private static func fixture(_ segments: Int = 4, lines: Int = 3000) throws -> QueryFixture {
        var random = SeededGenerator(seed: 7)
        return try QueryFixture(
            (0..<segments).map { segment in
                (0..<lines).map { i in
                    let n = (segment * lines + i) % (segments * lines * 3 / 4)
                    let time = Instant(microseconds: 1_718_000_000_000_000 + Int64(i) * 1_000_000_000)
                    let id = String(UInt64.random(in: .min ... .max, using: &random), radix: 16)
                    return "{\"verb\":\"v\(n % 7)\",\"user\":{\"username\":\"a-rather-long-user-name-\(n)\"},"
                        + "\"userAgent\":\"\(id)\",\"stageTimestamp\":\"\(time)\"}"
                }
            })
    }

    private func ask(_ fixture: QueryFixture, _ query: TextQuery, budget: Int, threads: Int) async throws
        -> (result: TextResult, passes: Int)
    {
        let recorder = ScanRecorder()
        let reported = Atomic(0)
        var options = QueryOptions(memoryBudget: budget)
        options.recorder = recorder
        options.progress = { reported.max($0.pass, ordering: .relaxed) }
        var query = query
        query.threads = threads
        let result = try await query.run(
            on: fixture.snapshot, schema: KubernetesAudit.description, now: QueryFixture.now, options: options)
        #expect(reported.load(ordering: .relaxed) == recorder.passes)
        return (result, recorder.passes)
    }

    @Test(arguments: [
        TextQuery(by: ["user.username"], aggregates: ["count", "distinct(userAgent)", "max(userAgent)"], top: 20),
        TextQuery(by: ["user.username", "verb"], aggregates: ["first(userAgent)", "count"], top: 7),
        TextQuery(by: ["user.username"], every: "1h", aggregates: ["count"], top: 3),
        TextQuery(by: ["user.username"], every: "1h", aggregates: ["count"], top: 4, limit: 3),
        TextQuery(
            by: ["user.username"],
            aggregates: ["count", "distinct(verb)", "topK(userAgent,1)", "approxDistinct(verb)"],
            having: "count > 1", limit: 9),
        TextQuery(by: ["user.username"], aggregates: ["count"], top: 10, order: "user.username:desc"),
    ]) func topGroupsAreTheSameInParts(query: TextQuery) async throws {
        let fixture = try Self.fixture()
        let whole = try await ask(fixture, query, budget: 1 << 30, threads: 1)
        #expect(whole.passes == 1)
        #expect(whole.result.rows.count >= 3)
        for threads in 1...3 {
            let parts = try await ask(fixture, query, budget: 600_000, threads: threads)
            #expect(parts.passes > 2)
            #expect(parts.result == whole.result)
        }
    }

    @Test func anAnswerThatDoesNotFitIsAnError() async throws {
        let fixture = try Self.fixture()
        let query = TextQuery(by: ["user.username"], aggregates: ["count"])
        await #expect { try await ask(fixture, query, budget: 600_000, threads: 2) } throws: { error in
            (error as? AuditStoreError)?.code == .limit
        }
        // Nine thousand groups fit here, in parts or not.
        let whole = try await ask(fixture, query, budget: 1 << 30, threads: 2)
        #expect(whole.result.rows.count == 9000)
    }

    @Test func theValuesOfOneGroupCount() async throws {
        let fixture = try Self.fixture()
        await #expect {
            try await ask(fixture, TextQuery(aggregates: ["distinct(userAgent)"]), budget: 300_000, threads: 2)
        } throws: { error in
            (error as? AuditStoreError)?.code == .limit
        }
    }

    @Test func manyGroupsAreMergedByAllWorkers() async throws {
        // More groups than one thread merges alone, in row groups that come early.
        let fixture = try Self.fixture(5, lines: 50_000)
        let query = TextQuery(by: ["userAgent"], aggregates: ["count", "min(user.username)"], top: 50)
        let serial = try await ask(fixture, query, budget: 1 << 30, threads: 1)
        let parallel = try await ask(fixture, query, budget: 1 << 30, threads: 3)
        #expect(serial.passes == 1)
        #expect(parallel.passes == 2)
        #expect(serial.result == parallel.result)
        let all = TextQuery(by: ["userAgent"], aggregates: ["count"])
        #expect(
            try await ask(fixture, all, budget: 1 << 30, threads: 1).result
                == ask(fixture, all, budget: 1 << 30, threads: 2).result)
    }
}
