import Foundation
import KubernetesAudit
import Synchronization
import Testing

@testable import AuditStore

/// Queries end soon after they were cancelled, wherever they are: few more values are asked about. That is counted and not timed,
/// since machines that test are busy.
@Suite struct CancellationTests {
    private static func fixture() throws -> QueryFixture {
        try QueryFixture(
            (0..<2).map { segment in
                (0..<3000).map { i in
                    "{\"userAgent\":\"agent \(segment) \(i)\",\"requestObject\":{\"spec\":{\"replicas\":\(i)}},"
                        + "\"stageTimestamp\":\"2024-06-01T00:00:00.000000Z\"}"
                }
            })
    }

    /// Counts steps of a query, cancels its task at the hundredth, and counts on.
    private final class Steps: Sendable {
        private let before = Atomic<Int>(0)
        private let after = Atomic<Int>(0)

        /// Steps that were done in spite of the cancellation.
        var afterCancellation: Int { after.load(ordering: .relaxed) }

        func step() {
            if Task.isCancelled { after.add(1, ordering: .relaxed) }
            if before.add(1, ordering: .relaxed).newValue == 100 { withUnsafeCurrentTask { $0?.cancel() } }
        }
    }

    /// Runs a query in a task of its own; it has to fail because it was cancelled.
    private func stepsAfterCancellation(_ query: @escaping @Sendable (Steps) async throws -> Void) async -> Int {
        let steps = Steps()
        let task = Task { try await query(steps) }
        await #expect { try await task.value } throws: { ($0 as? AuditStoreError)?.code == .cancelled }
        return steps.afterCancellation
    }

    @Test func predicatesOnDictionaries() async throws {
        let fixture = try Self.fixture()
        let steps = await stepsAfterCancellation { steps in
            _ = try await fixture.events.threads(1).where {
                $0.userAgent.satisfies { _ in
                    steps.step()
                    return true
                }
            }.count()
        }
        #expect(steps <= 8)
    }

    @Test func derivedKeys() async throws {
        let fixture = try Self.fixture()
        let steps = await stepsAfterCancellation { steps in
            let groups = fixture.events.threads(1).group {
                $0.userAgent.map { agent -> String? in
                    steps.step()
                    return agent
                }
            }
            _ = try await groups.aggregate(.count).rows()
        }
        #expect(steps <= 8)
    }

    @Test func testsOfWholeEvents() async throws {
        let fixture = try Self.fixture()
        let steps = await stepsAfterCancellation { steps in
            var scan = fixture.events.scan
            let test = ValueTest.text { _ in
                steps.step()
                return true
            }
            scan.predicate = .test(FieldReference(.raw), test)
            try scan.forEachEvent(order: .newest, limit: nil) { _ in }
        }
        #expect(steps <= 16)
    }

    @Test func testsOfBodies() async throws {
        let fixture = try Self.fixture()
        let steps = await stepsAfterCancellation { steps in
            var scan = fixture.events.scan
            let test = ValueTest(value: { _ in
                steps.step()
                return true
            })
            scan.predicate = .test(FieldReference(keys: ["requestObject", "spec", "replicas"]), test)
            _ = try await scan.aggregate(AggregationPlan(keys: [], fields: [], aggregates: [.count]))
        }
        #expect(steps <= 16)
    }

    @Test func testsOfGroups() async throws {
        let fixture = try Self.fixture()
        let having = await stepsAfterCancellation { steps in
            _ = try await fixture.events.group { $0.userAgent }.aggregate(.count).having { _ in
                steps.step()
                return true
            }.rows()
        }
        #expect(having <= 1024)
        let order = await stepsAfterCancellation { steps in
            _ = try await fixture.events.group { $0.userAgent }.aggregate(.count).order { row in
                steps.step()
                return row.key
            }.rows()
        }
        #expect(order <= 1024)
    }

    @Test func rowsOfAllGroups() async throws {
        let fixture = try Self.fixture()
        for threads in 1...2 {
            let steps = await stepsAfterCancellation { steps in
                let count = Aggregate<KubernetesFields, Int>(.count) { result in
                    steps.step()
                    return result.value == nil ? 0 : 1
                }
                _ = try await fixture.events.threads(threads).group { $0.userAgent }.aggregate(count).rows()
            }
            #expect(steps <= 1024)
        }
    }

    /// Groups that were merged in parts are put together: none of its loops goes on.
    @Test func groupsOfParts() async throws {
        let fixture = try Self.fixture()
        let rows = try await Task {
            let plan = AggregationPlan(
                keys: [AggregationPlan.Key(FieldReference(keys: ["userAgent"]), keepsAbsent: true)], fields: [],
                aggregates: [.count])
            var rows = GroupRows(plan)
            let groups = try await fixture.events.scan.aggregate(plan)
            for group in try groups.groups { rows.append(group, of: groups) }
            return rows
        }.value
        #expect(rows.count == 6000)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            #expect { try rows.interned() } throws: { ($0 as? AuditStoreError)?.code == .cancelled }
            let groups = AggregatedGroups(unordered: rows)
            #expect { try groups.groups } throws: { ($0 as? AuditStoreError)?.code == .cancelled }
            #expect { try GroupSort(groups, Array(0..<6000), by: []) } throws: {
                ($0 as? AuditStoreError)?.code == .cancelled
            }
        }
        await task.value
    }

    /// Whoever is faster, the one that gives things away frees none of them.
    @Test func whatIsFreedLater() async throws {
        final class Freed: Sendable {
            let count = Atomic(0)
            let byGiver = Atomic(0)
            let giver = Mutex<ObjectIdentifier?>(nil)
        }
        final class Part: Sendable {
            let freed: Freed
            init(_ freed: Freed) { self.freed = freed }
            deinit {
                if freed.giver.withLock({ $0 == ObjectIdentifier(Thread.current) }) {
                    freed.byGiver.add(1, ordering: .relaxed)
                }
                freed.count.add(1, ordering: .relaxed)
            }
        }
        let freed = Freed()
        func give() {
            freed.giver.withLock { $0 = ObjectIdentifier(Thread.current) }
            var parts = (0..<1000).map { _ in Part(freed) }
            LaterRelease.take(&parts, leaving: [])
            Thread.sleep(forTimeInterval: 0.3)
            #expect(parts.isEmpty)
            freed.giver.withLock { $0 = nil }
        }
        give()
        while freed.count.load(ordering: .relaxed) < 1000 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(freed.byGiver.load(ordering: .relaxed) == 0)
    }

    @Test func sorting() async throws {
        let steps = await stepsAfterCancellation { steps in
            var check = CancellationCheck()
            _ = try (0..<100_000).map { $0 &* 7_919 % 100_003 }.smallest(100_000) {
                steps.step()
                try check.step()
                return $0 < $1
            }
        }
        #expect(steps <= 4096)
    }

    @Test func progressCountsEveryEventOnce() async throws {
        let fixture = try Self.fixture()
        let reports = Mutex<[QueryProgress]>([])
        let options = QueryOptions { progress in reports.withLock { $0.append(progress) } }
        _ = try await fixture.events.options(options).where { $0.userAgent == "none" }.count()
        let found = reports.withLock { $0 }
        #expect(found.last?.events == fixture.lines.count)
        #expect(found.last?.totalEvents == fixture.lines.count)
        #expect(found.last?.bytes == found.last?.totalBytes)
        #expect(found.last?.fraction == 1)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.events < $1.events && $0.bytes <= $1.bytes })
    }
}
