import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// One event, appended by a test.
func streamed(_ i: Int, month: String = "2024-06", day: Int = 16) -> [UInt8] {
    let id = String(0x1000_0000 + i, radix: 16)
    return Array(
        """
        {"kind":"Event","level":"Metadata","auditID":"\(id)-73c5-4758-89dc-f32d8f08f640","stage":"ResponseComplete",\
        "verb":"get","user":{"username":"user-\(i % 7)"},"requestURI":"/api/\(i)",\
        "stageTimestamp":"\(month)-\(day)T04:00:00.\(100_000 + i % 800_000)Z"}
        """.utf8)
}

extension WriterOptions {
    /// No timers, so that nothing happens by itself.
    static var still: WriterOptions {
        var options = WriterOptions()
        options.sealAge = nil
        options.compaction = nil
        return options
    }
}

/// A stream into a store, while nothing goes wrong.
@Suite struct StreamTests {
    @Test func appendedEventsAreSealed() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let writer = try await store.core.writer(.still)
        for i in 0..<10 { #expect(try await writer.append(streamed(i)) == AppendReceipt(events: 1, duplicates: 0)) }
        let batch = (10..<500).map { streamed($0, day: $0 % 2 == 0 ? 16 : 17) }
        #expect(try await writer.append(batch).events == 490)
        #expect(try store.sealedEvents().isEmpty)
        let expected = text((0..<10).map { streamed($0) } + batch)
        #expect(try store.events() == expected)
        try await writer.seal()
        #expect(try store.sealedEvents() == expected)
        #expect(try store.events() == expected)
        try await writer.append(streamed(500))
        try await writer.close()
        #expect(try store.events() == expected + text([streamed(500)]))
        #expect(try store.problems().isEmpty)
        // What is left of the WAL holds no events.
        let left = files.files.keys.filter { $0.hasSuffix(".wal") }
        #expect(left.count == 1)
        await #expect { try await writer.append(streamed(1)) } throws: { ($0 as? AuditStoreError)?.code == .closed }
        await #expect { try await writer.seal() } throws: { ($0 as? AuditStoreError)?.code == .closed }
        try await writer.close()
    }

    @Test func sealedBySize() async throws {
        let store = TestStore()
        var options = WriterOptions.still
        options.sealBytes = 10_000
        options.chunkBytes = 4000
        options.duplicates = nil
        let writer = try await store.core.writer(options)
        for i in 0..<300 { try await writer.append(streamed(i)) }
        try await writer.close()
        #expect(try store.events() == text((0..<300).map { streamed($0) }))
        #expect(try store.manifest().segments.count > 10)
        #expect(try store.problems().isEmpty)
    }

    @Test func sealedByAge() async throws {
        let store = TestStore()
        var options = WriterOptions()
        options.sealAge = .milliseconds(20)
        let writer = try await store.core.writer(options)
        try await writer.append(streamed(1))
        while try store.sealedEvents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try store.events() == text([streamed(1)]))
        try await writer.close()
    }

    /// Lines that are no events go to the quarantine, as with files; the caller's mistakes are refused.
    @Test func whatIsNoEvent() async throws {
        let store = TestStore()
        let writer = try await store.core.writer(.still)
        try await writer.append([streamed(1), Array("no event".utf8), [], streamed(2) + [0x0a], Array("[1]".utf8)])
        await #expect { try await writer.append(Array("{\n}".utf8)) } throws: {
            ($0 as? AuditStoreError)?.code == .invalidArgument
        }
        await #expect {
            try await writer.append([UInt8](repeating: 0x20, count: Limits.bytesPerEvent))
        } throws: {
            ($0 as? AuditStoreError)?.code == .limit
        }
        #expect(try await writer.append(lines: text([streamed(3), streamed(4)])).events == 2)
        #expect(try await writer.append([[UInt8]]()) == AppendReceipt(events: 0, duplicates: 0))
        try await writer.close()
        #expect(try store.events() == text([streamed(1), streamed(2), streamed(3), streamed(4)]))
        #expect(try store.quarantined().map(\.line) == [Array("no event".utf8), [], Array("[1]".utf8)])
        #expect(try store.quarantined().map(\.input) == ["stream", "stream", "stream"])
        #expect(try store.problems().isEmpty)
    }

    /// What is kept beside a line must not cost many times as much as the line.
    @Test func tooManyTinyLines() async throws {
        var options = WriterOptions.still
        options.duplicates = nil
        let writer = try await TestStore().core.writer(options)
        await #expect {
            try await writer.append(lines: [UInt8](repeating: 0x0a, count: (1 << 20) + 1))
        } throws: {
            ($0 as? AuditStoreError)?.code == .limit
        }
        try await writer.close()
    }

    /// Loads and compactions of the same store go on beside a stream; a second writer does not.
    @Test func besideAStream() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let writer = try await store.core.writer(.still)
        try await writer.append(streamed(0))
        try await store.ingest(("a", SmallLogs.events(0..<20)))
        try await writer.append(streamed(1))
        try await writer.seal()
        _ = try store.core.compact()
        try await writer.append(streamed(2))
        await #expect { _ = try await store.core.writer(.still) } throws: {
            ($0 as? AuditStoreError)?.code == .locked
        }
        await #expect { _ = try await TestStore(files).core.writer(.still) } throws: {
            ($0 as? AuditStoreError)?.code == .locked
        }
        await #expect { try await TestStore(files).ingest(("b", SmallLogs.events(0..<1))) } throws: {
            ($0 as? AuditStoreError)?.code == .locked
        }
        try await writer.close()
        #expect(
            try store.events() == SmallLogs.events(0..<20) + text([streamed(0), streamed(1), streamed(2)]))
        let next = try await TestStore(files).core.writer(.still)
        #expect(next.recovery.events == 0)
        try await next.close()
        #expect(try store.problems().isEmpty)
    }

    /// From many tasks at once, with little room, while segments are sealed: all of it, once, and in the order of each task.
    @Test(arguments: [Durability.everyCommit, .interval(.milliseconds(1)), .none])
    func manyTasks(_ durability: Durability) async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        var options = WriterOptions.still
        options.durability = durability
        options.sealBytes = 20_000
        options.bytesInFlight = 3000
        let writer = try await store.core.writer(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for i in 0..<40 {
                        let first = task * 1000 + i * 3
                        try await writer.append((first..<first + 1 + i % 3).map { streamed($0) })
                        #expect(writer.bytesInFlight <= 3000)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await writer.close()
        let found = lines(try store.events()).map { Array($0) }.filter { !$0.isEmpty }
        for task in 0..<16 {
            let expected = (0..<40).flatMap { i in (0..<1 + i % 3).map { streamed(task * 1000 + i * 3 + $0) } }
            let own = Set(expected)
            #expect(found.filter { own.contains($0) } == expected)
        }
        let perTask: Int = (0..<40).reduce(0) { $0 + 1 + $1 % 3 }
        #expect(found.count == 16 * perTask)
        #expect(try store.problems().isEmpty)
    }

    /// Who waits for room and is cancelled leaves nothing; who was not cancelled is served.
    @Test func cancellation() async throws {
        let store = TestStore()
        var options = WriterOptions.still
        options.bytesInFlight = 1
        let writer = try await store.core.writer(options)
        var tasks: [Task<Bool, any Error>] = []
        for i in 0..<200 {
            tasks.append(
                Task {
                    do {
                        try await writer.append([streamed(2 * i), streamed(2 * i + 1)])
                        return true
                    } catch is CancellationError { return false }
                })
            if i % 2 == 1 { tasks[i].cancel() }
        }
        var expected: Set<[UInt8]> = []
        for (i, task) in tasks.enumerated() where try await task.value {
            expected.formUnion([streamed(2 * i), streamed(2 * i + 1)])
        }
        try await writer.close()
        let found = lines(try store.events()).map { Array($0) }.filter { !$0.isEmpty }
        #expect(Set(found) == expected && found.count == expected.count)
        #expect(expected.count >= 200)
    }

    /// A writer that is dropped without being closed lets others in, and loses nothing.
    @Test func aDroppedWriter() async throws {
        let store = TestStore()
        do {
            let writer = try await store.core.writer(.still)
            try await writer.append(streamed(1))
        }
        var next: StreamWriter?
        while next == nil {
            do { next = try await store.core.writer(.still) } catch let error as AuditStoreError {
                try #require(error.code == .locked)
                await Task.yield()
            }
        }
        #expect(next?.recovery.events == 1)
        try await next?.close()
        #expect(try store.events() == text([streamed(1)]))
    }
}
