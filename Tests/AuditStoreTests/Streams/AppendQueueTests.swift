import AuditStore
import Synchronization
import TestSupport
import Testing

@testable import AuditStore

/// Appends that wait for room, while those that have it wait for something else.
@Suite struct AppendQueueTests {
    private final class Count: Sendable {
        private let count = Atomic(0)
        func add() { count.add(1, ordering: .relaxed) }

        /// Waits until it has been called so often; some seconds at most.
        func reaches(_ wanted: Int) async throws -> Bool {
            for _ in 0..<5000 where count.load(ordering: .relaxed) < wanted {
                try await Task.sleep(for: .milliseconds(1))
            }
            return count.load(ordering: .relaxed) >= wanted
        }
    }

    private static func append(_ i: Int) throws -> PendingAppend {
        let secret = StoreSecret(first: 1, second: 2)
        var append = try PendingAppend(from: EventOrigin(), secret)
        try streamed(i).withUnsafeBytes { try append.add($0, nil, secret) }
        return append
    }

    /// The room of a postponed append goes to the next one, which nobody would take otherwise: no other commit is under way.
    @Test(arguments: [false, true]) func roomOfThePostponed(isCancelled: Bool) async throws {
        let starts = Count()
        let queue = AppendQueue(bytesInFlight: 1) { starts.add() }
        let first = Task { try await queue.submit(try Self.append(1)) }
        #expect(try await starts.reaches(1))
        queue.postpone(try #require(queue.take(atMost: .max)))
        #expect(queue.take(atMost: .max) == nil)
        let second = Task { try await queue.submit(try Self.append(2)) }
        // Until it waits for room.
        try await Task.sleep(for: .milliseconds(50))
        if isCancelled { first.cancel() } else { queue.refusePostponed(AuditStoreError(.diskFull, "no room")) }
        await #expect(throws: (any Error).self) { try await first.value }
        try #require(try await starts.reaches(2))
        let taken = try #require(queue.take(atMost: .max))
        queue.release(taken)
        for waiting in taken { waiting.continuation.resume(returning: AppendReceipt(events: 1, duplicates: 0)) }
        #expect(try await second.value.events == 1)
        #expect(queue.take(atMost: .max) == nil && queue.bytesInFlight == 0)
        await queue.drain()
    }

    /// Small appends behind a large one that has no room are let in when it is cancelled.
    @Test func behindALargeOne() async throws {
        let starts = Count()
        let small = try Self.append(1).bytes
        let queue = AppendQueue(bytesInFlight: 2 * small + 100) { starts.add() }
        let first = Task { try await queue.submit(try Self.append(1)) }
        #expect(try await starts.reaches(1))
        let taken = try #require(queue.take(atMost: .max))
        var large = try Self.append(2)
        large.lines += Array(repeating: 0x20, count: 10 * small)
        let second = Task { [large] in try await queue.submit(large) }
        try await Task.sleep(for: .milliseconds(50))
        let third = Task { try await queue.submit(try Self.append(3)) }
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        let next = try #require(queue.take(atMost: .max), "it has room beside the first one")
        for group in [taken, next] {
            queue.release(group)
            for waiting in group { waiting.continuation.resume(returning: AppendReceipt(events: 1, duplicates: 0)) }
        }
        #expect(try await first.value.events == 1)
        #expect(try await third.value.events == 1)
    }
}
