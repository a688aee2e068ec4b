import Foundation
import KubernetesAudit
import Synchronization
import Testing

@testable import AuditStore

/// Queries end soon after they were cancelled, wherever they are. The bounds are generous, since machines that test are
/// busy; an uncancelled query takes several times as long.
@Suite(.serialized) struct CancellationTests {
    private static func fixture() throws -> QueryFixture {
        try QueryFixture(
            (0..<2).map { segment in
                (0..<3000).map { i in
                    "{\"userAgent\":\"agent \(segment) \(i)\",\"requestObject\":{\"spec\":{\"replicas\":\(i)}},"
                        + "\"stageTimestamp\":\"2024-06-01T00:00:00.000000Z\"}"
                }
            })
    }

    /// Cancels a query from a thread of its own a while after it began; gives the time from there to its end.
    private func latency(_ query: @escaping @Sendable () async throws -> Void) async -> Duration? {
        let clock = ContinuousClock()
        let start = Mutex<ContinuousClock.Instant?>(nil)
        let task = Task { () -> ContinuousClock.Instant? in
            do { try await query() } catch {
                if (error as? AuditStoreError)?.code == .cancelled { return clock.now }
            }
            return nil
        }
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.1)
            start.withLock { $0 = clock.now }
            task.cancel()
        }
        guard let end = await task.value, let start = start.withLock({ $0 }) else { return nil }
        print("cancelled in \(end - start)")
        return end - start
    }

    /// Keeps a processor busy for half a millisecond, as a costly test of a value does.
    private static func isSlow(_ text: String) -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .microseconds(500) {}
        return text.isEmpty
    }

    private static let bound = Duration.milliseconds(250)

    @Test func costlyPredicatesOnLargeDictionaries() async throws {
        let fixture = try Self.fixture()
        let latency = await latency {
            _ = try await fixture.events.where { $0.userAgent.satisfies { Self.isSlow($0) } }.count()
        }
        #expect(try #require(latency) < Self.bound)
    }

    @Test func derivedKeysOfLargeDictionaries() async throws {
        let fixture = try Self.fixture()
        let latency = await latency {
            _ = try await fixture.events.group { $0.userAgent.map { Self.isSlow($0) ? "a" : "b" } }.aggregate(.count)
                .rows()
        }
        #expect(try #require(latency) < Self.bound)
    }

    @Test func costlyPredicatesOnBodies() async throws {
        let fixture = try Self.fixture()
        let latency = await latency {
            var scan = fixture.events.scan
            scan.predicate = .test(
                FieldReference(.raw, transform: { Self.isSlow("\($0)") ? nil : .bool(true) }), .isPresent)
            try scan.forEachEvent(order: .newest, limit: nil) { _ in }
        }
        #expect(try #require(latency) < Self.bound)
    }

    @Test func sorting() async throws {
        // Comparisons alone: what is sorted is in memory.
        let values = (0..<2_000_000).map { i in EventValue.integer(Int64(truncatingIfNeeded: i &* 7_919_999_999_981)) }
        let latency = await latency {
            var check = CancellationCheck()
            _ = try values.smallest(values.count) {
                try check.step()
                return $0 < $1
            }
        }
        #expect(try #require(latency) < Self.bound)
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
