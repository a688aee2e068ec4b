import AuditStore
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Events one after another, where reading fails on the way.
@Suite struct EventCursorTests {
    /// Who tries again after an error gets the same events as without it.
    @Test func goesOnAfterAnError() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        for i in 0..<6 { try await store.ingest(("\(i)", SmallLogs.events(i * 20..<i * 20 + 20))) }
        let scan = EventScan(try store.core.snapshot(), schema: KubernetesAudit.description)
        var cursor = EventCursor(scan, order: .ingest, limit: nil)
        var found: [[UInt8]] = []
        var errors = 0
        while found.count < 120, errors < 10 {
            // The first events are put together; the next ones are read.
            if found.count == 16, errors == 0 { files.inject(.failsOnce(call: 3)) }
            do {
                guard let event = try cursor.withNext({ bytes, _ in Array(bytes) }) else { break }
                found.append(event)
            } catch { errors += 1 }
        }
        #expect(errors == 1)
        #expect(found == (0..<120).map { SmallLogs.event($0) })
    }
}
