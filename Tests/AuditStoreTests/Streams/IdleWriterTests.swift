import AuditStore
import TestSupport
import Testing

@testable import AuditStore

/// Writers that are opened and closed, and write nothing.
@Suite struct IdleWriterTests {
    /// A process that is started over and over must not fill the disk.
    @Test(arguments: [false, true])
    func leavesOneFile(isKilled: Bool) async throws {
        let files = MemoryFileSystem()
        var writer = try await TestStore(files).core.writer(.still)
        try await writer.append((0..<100).map { streamed($0) })
        try await writer.close()
        var current = files
        for _ in 0..<5 {
            writer = try await TestStore(current).core.writer(.still)
            if isKilled { current = current.afterKill() } else { try await writer.close() }
        }
        let left = current.files.keys.filter { $0.hasSuffix(".wal") }
        #expect(left.count <= 2, "\(left.sorted())")
        // What was known is known still.
        writer = try await TestStore(current).core.writer(.still)
        #expect(try await writer.append((0..<101).map { streamed($0) }) == AppendReceipt(events: 1, duplicates: 100))
        try await writer.close()
    }
}
