import AuditStore
import Foundation
import TestSupport
import Testing

@testable import AuditStore

/// Snapshots that are begun while writers come and go.
@Suite struct StaleSnapshotTests {
    /// The writer that the snapshot began with was closed, and the next one has sealed: that must not be waited for.
    ///
    /// The limit is long because tests that compute keep the two threads of a small machine from this one.
    @Test(.timeLimit(.minutes(15)))
    func writerThatIsGone() async throws {
        let store = TestStore()
        let writer = try await store.core.writer(.still)
        try await writer.append(streamed(0))
        let former = writer.active
        try await writer.close()
        let next = try await store.core.writer(.still)
        try await next.append(streamed(1))
        try await next.seal()
        try await next.append(streamed(2))
        // As if the snapshot had asked before the first writer was closed.
        let current = next.active
        store.core.access.setStream(former, seal: nil)
        // A thread of its own: the snapshot keeps one of the few that tasks share.
        let core = store.core
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.05)
            core.access.setStream(current, seal: nil)
        }
        #expect(try store.events() == text([streamed(0), streamed(1), streamed(2)]))
        try await next.close()
    }
}
