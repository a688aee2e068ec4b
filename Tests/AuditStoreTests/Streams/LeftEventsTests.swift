import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// What a former writer left in the WAL, while the next one has not sealed it.
@Suite struct LeftEventsTests {
    /// A writer that died when three appends were there, and the next one, which seals nothing by itself.
    private static func reopened(
        _ appends: [[[UInt8]]] = [[streamed(1)], [streamed(2), streamed(3)], [streamed(4)]]
    ) async throws -> (files: MemoryFileSystem, writer: StreamWriter, store: TestStore) {
        let files = MemoryFileSystem()
        let former = try await TestStore(files).core.writer(.still)
        for events in appends { try await former.append(events) }
        let left = files.afterKill()
        var options = WriterOptions.still
        options.sealsBeside = false
        let store = TestStore(left)
        return (left, try await store.core.writer(options), store)
    }

    /// Opening writes no segment; queries, appends and backups go on beside what is not sealed, and then it is.
    @Test func openingSealsNothing() async throws {
        let (files, writer, store) = try await Self.reopened()
        #expect(writer.recovery.events == 4 && writer.recovery.damage.isEmpty)
        #expect(try store.sealedEvents().isEmpty)
        let before = try store.core.snapshot()
        let found = text((1...4).map { streamed($0) })
        #expect(try store.events(of: before) == found)
        try await writer.append(streamed(5))
        #expect(try store.sealedEvents().isEmpty)
        #expect(try store.events() == found + text([streamed(5)]))
        _ = try store.core.backup(to: "/backup", options: BackupOptions())
        #expect(try TestStore(files, path: "/backup").events() == found + text([streamed(5)]))
        try await writer.seal()
        #expect(try store.sealedEvents() == found + text([streamed(5)]))
        #expect(try store.events(of: before) == found, "a snapshot stays what it was")
        try await writer.close()
        #expect(files.files.keys.count { $0.hasPrefix("/store/") && $0.hasSuffix(".wal") } == 1)
        #expect(try store.problems().isEmpty)
    }

    /// One writer after another dies before it has sealed what it found.
    @Test func writersThatDieAtOnce() async throws {
        var (files, writer, store) = try await Self.reopened()
        var expected = text((1...4).map { streamed($0) })
        for i in 5..<9 {
            try await writer.append(streamed(i))
            expected += text([streamed(i)])
            files = i % 2 == 0 ? files.afterKill() : files.afterPowerLoss(more: 0)
            store = TestStore(files)
            #expect(try store.events() == expected)
            var options = WriterOptions.still
            options.sealsBeside = false
            writer = try await store.core.writer(options)
            #expect(writer.recovery.events == UInt64(i) && writer.recovery.missingEvents == 0)
            #expect(try store.events() == expected)
        }
        try await writer.close()
        #expect(try store.sealedEvents() == expected)
    }

    /// A block whose sync failed, and that could not be cut back, is shown by the system and not on the disk. What the next
    /// writer acknowledges stays when the power is lost, whether that block had been sealed or not.
    @Test(arguments: [false, true]) func aBlockThatIsNotOnTheDisk(isSentAgain: Bool) async throws {
        let files = MemoryFileSystem()
        let former = try await TestStore(files).core.writer(.still)
        try await former.append(streamed(1))
        files.inject(.breaks(call: 2))
        await #expect(throws: AuditStoreError.self) { try await former.append(streamed(2)) }
        files.inject(nil)
        let left = files.afterKill()
        var options = WriterOptions.still
        options.sealsBeside = false
        let writer = try await TestStore(left).core.writer(options)
        #expect(try await writer.append(streamed(3)) == AppendReceipt(events: 1, duplicates: 0))
        #expect(try TestStore(left).sealedEvents().isEmpty)
        if isSentAgain {
            #expect(try await writer.append([streamed(2), streamed(4)]) == AppendReceipt(events: 1, duplicates: 1))
        }
        let lost = TestStore(left.afterPowerLoss(more: 0))
        let expected = isSentAgain ? [1, 2, 3, 4] : [1, 3]
        #expect(try lost.events() == text(expected.map { streamed($0) }))
        // What was never on the disk is taken when it is sent again.
        let next = try await lost.core.writer(options)
        #expect(try await next.append(streamed(2)).events == (isSentAgain ? 0 : 1))
        try await next.close()
        #expect(try lost.problems().isEmpty)
    }

    /// While there is no room to seal, events that are there already are refused, and others are taken.
    @Test(arguments: [false, true]) func aFullDisk(sealsBeside: Bool) async throws {
        let appends = [(0..<200).map { streamed($0) }]
        let files = MemoryFileSystem()
        let former = try await TestStore(files).core.writer(.still)
        for events in appends { try await former.append(events) }
        let left = files.afterKill()
        let store = TestStore(left)
        var options = WriterOptions.still
        options.sealsBeside = sealsBeside
        // The first file of the writer needs room for the digests, and the append some more.
        left.setCapacity(left.usedBytes + 200 * 32 + 3000)
        let writer = try await store.core.writer(options)
        #expect(try await writer.append(streamed(500)).events == 1)
        await #expect { try await writer.append([streamed(501), streamed(7)]) } throws: {
            ($0 as? AuditStoreError)?.code == .diskFull
        }
        let expected = text(appends.joined()) + text([streamed(500)])
        #expect(try store.events() == expected, "nothing of what was refused is there")
        left.setCapacity(nil)
        #expect(try await writer.append([streamed(501), streamed(7)]) == AppendReceipt(events: 1, duplicates: 1))
        try await writer.close()
        #expect(try store.sealedEvents() == expected + text([streamed(501)]))
    }

    /// Blocks that were there at opening, and are not when they are sealed: their events are no duplicates any more.
    @Test func blocksThatVanish() async throws {
        let (files, writer, store) = try await Self.reopened()
        let path = "/store/wal/0000000001.wal"
        var bytes = try #require(files.file(path))
        bytes[bytes.count - 1] ^= 1
        files.put(bytes, at: path)
        #expect(try await writer.append([streamed(3), streamed(4)]) == AppendReceipt(events: 1, duplicates: 1))
        try await writer.close()
        #expect(try store.events() == text((1...4).map { streamed($0) }))
        #expect(try store.quarantined().count == 1)
    }

    /// Many senders repeat everything while it is sealed beside them; one of them is cancelled, and the writer is closed.
    @Test func sentAgainByMany() async throws {
        let events = (0..<3000).map { streamed($0) }
        let files = MemoryFileSystem()
        let former = try await TestStore(files).core.writer(.still)
        for start in stride(from: 0, to: events.count, by: 50) {
            try await former.append(Array(events[start..<start + 50]))
        }
        let store = TestStore(files.afterKill())
        let writer = try await store.core.writer(.still)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask {
                    for start in stride(from: 0, to: events.count, by: 100) {
                        let new = [streamed(10_000 + start + sender)]
                        let receipt = try await writer.append(Array(events[start..<start + 100]) + new)
                        #expect(receipt == AppendReceipt(events: 1, duplicates: 100))
                    }
                }
            }
            let impatient = Task { try await writer.append([events[0]]) }
            impatient.cancel()
            _ = try? await impatient.value
            try await group.waitForAll()
        }
        #expect(writer.bytesInFlight == 0)
        try await writer.close()
        let found = lines(try store.sealedEvents()).map { Array($0) }.filter { !$0.isEmpty }
        #expect(found.count == 3000 + 8 * 30 && Set(found).count == found.count)
        #expect(Array(found[..<3000]) == events)
    }
}
