import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// A stream while the disk fails.
@Suite struct StreamFaultTests {
    /// Every call of the file system failing in turn, and the process dying at every call: what was acknowledged is there
    /// afterwards, once, and what threw is there as a whole or not at all.
    @Test(arguments: [false, true]) func everyCallFails(dies: Bool) async throws {
        var call = 1
        while true {
            let files = MemoryFileSystem()
            files.inject(dies ? .dies(call: call) : .failsOnce(call: call))
            var acknowledged: [[UInt8]] = []
            var possible: [[UInt8]] = []
            var errors: [AuditStoreError] = []
            func attempt(_ body: () async throws -> Void) async {
                do { try await body() } catch let error as AuditStoreError { errors.append(error) } catch {
                    Issue.record("call \(call): \(error)")
                }
            }
            let store = TestStore(files)
            var options = WriterOptions.still
            options.sealsBeside = false
            var writer: StreamWriter?
            await attempt { writer = try await store.core.writer(options) }
            if let writer {
                for i in 0..<4 {
                    let batch = [streamed(2 * i), streamed(2 * i + 1, day: 17)]
                    possible += batch
                    await attempt {
                        try await writer.append(batch)
                        acknowledged += batch
                    }
                    if i == 1 { await attempt { try await writer.seal() } }
                }
                await attempt { try await writer.close() }
            }
            guard files.hasFailed else { break }
            #expect(errors.allSatisfy { [.io, .syncFailed].contains($0.code) }, "call \(call): \(errors)")
            files.inject(nil)
            let left = dies ? files.afterPowerLoss(more: 0) : files.copy()
            let after = TestStore(left)
            let next = try await after.core.writer(.still)
            try await next.append(streamed(100))
            try await next.close()
            let found = lines(try after.events()).map { Array($0) }.filter { !$0.isEmpty }.dropLast()
            #expect(found.filter { acknowledged.contains($0) } == acknowledged, "call \(call)")
            #expect(Set(found).isSubset(of: possible) && Set(found).count == found.count, "call \(call)")
            #expect(found.count % 2 == 0, "call \(call): half an append")
            #expect(try after.problems().isEmpty, "call \(call)")
            #expect(left.files.keys.count { $0.hasSuffix(".wal") } == 1, "call \(call)")
            call += 1
        }
        print("stream: \(call - 1) calls \(dies ? "died" : "failed") in turn")
        #expect(call > 30)
    }

    @Test func aFailedSyncStopsTheWriter() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let writer = try await store.core.writer(.still)
        try await writer.append(streamed(1))
        // The write, and then the sync.
        files.inject(.failsOnce(call: 2))
        await #expect { try await writer.append(streamed(2)) } throws: {
            ($0 as? AuditStoreError)?.code == .syncFailed
        }
        files.inject(nil)
        for i in 3..<5 {
            await #expect { try await writer.append(streamed(i)) } throws: {
                ($0 as? AuditStoreError)?.code == .syncFailed && "\($0)".contains("stopped because a sync failed")
            }
        }
        await #expect { try await writer.seal() } throws: { ($0 as? AuditStoreError)?.code == .syncFailed }
        #expect(try store.events() == text([streamed(1)]))
        await #expect { try await writer.close() } throws: { ($0 as? AuditStoreError)?.code == .syncFailed }
        // The refused event is not found in what the system has in memory, and may be appended again.
        let next = try await store.core.writer(.still)
        #expect(next.recovery.events == 1)
        try await next.append(streamed(2))
        try await next.close()
        #expect(try store.events() == text([streamed(1), streamed(2)]))
    }

    /// With every amount of room: who waits gets a clean error, nothing is damaged, and it goes on when there is room.
    @Test func aFullDisk() async throws {
        var refused = 0
        for room in stride(from: 0, to: 9000, by: 67) {
            let files = MemoryFileSystem()
            let store = TestStore(files)
            var options = WriterOptions.still
            options.sealBytes = 3000
            options.chunkBytes = 1000
            options.sealsBeside = room % 2 == 0
            let writer = try await store.core.writer(options)
            var acknowledged: [[UInt8]] = []
            files.setCapacity(files.usedBytes + room)
            for i in 0..<30 {
                do {
                    try await writer.append([streamed(2 * i), streamed(2 * i + 1)])
                    acknowledged += [streamed(2 * i), streamed(2 * i + 1)]
                } catch {
                    #expect((error as? AuditStoreError)?.code == .diskFull, "\(room) bytes: \(error)")
                    refused += 1
                }
                #expect(try store.events() == text(acknowledged), "\(room) bytes")
            }
            let crashed = TestStore(files.copy())
            #expect(try crashed.events() == text(acknowledged), "\(room) bytes")
            files.setCapacity(nil)
            try await writer.append(streamed(1000))
            try await writer.close()
            #expect(try store.sealedEvents() == text(acknowledged + [streamed(1000)]), "\(room) bytes")
            #expect(try store.problems().isEmpty, "\(room) bytes")
            let manifest = try store.manifest()
            #expect(files.files.keys.count { $0.hasSuffix(".segment") } == manifest.segments.count, "\(room) bytes")
        }
        #expect(refused > 1000)
    }

    /// A block that was refused and could not be cut back does not come back.
    @Test func aRefusedBlockThatStays() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let writer = try await store.core.writer(.still)
        try await writer.append(streamed(1))
        let path = "/store/wal/0000000001.wal"
        let before = try #require(files.file(path))
        try await writer.append(streamed(2))
        let whole = try #require(files.file(path))
        // As if the second append had been refused although all of it was written, and the next file begun.
        let crashed = files.copy()
        let secret = try #require(store.manifest().secret)
        let second = try WALFile(
            TestStore(crashed).directory, number: 2, secret: secret, compressor: Compressor())
        let lines = text([streamed(3)])
        try lines.withUnsafeBytes {
            let events = WALEvents(origin: EventOrigin(), flagged: [], lines: $0, ends: [lines.count])
            try second.append(events, firstRecord: 1, records: 1, time: 1)
        }
        #expect(crashed.file(path) == whole && whole.count > before.count)
        let after = TestStore(crashed)
        #expect(try after.events() == text([streamed(1), streamed(3)]))
        let next = try await after.core.writer(.still)
        #expect(next.recovery.missingEvents == 0 && next.recovery.damage.isEmpty)
        try await next.close()
        #expect(try after.sealedEvents() == text([streamed(1), streamed(3)]))
    }

    /// A sync fails, cutting the block off fails too, and the process ends: the system shows a block that is not on the disk.
    /// The next writer writes it anew before it takes it for there, and a sender that sends it again is right.
    @Test func aFailedSyncThatCannotBeCut() async throws {
        let files = MemoryFileSystem()
        let writer = try await TestStore(files).core.writer(.still)
        try await writer.append(streamed(1))
        // The write of the block is the first call, and nothing after its sync is done.
        files.inject(.breaks(call: 2))
        await #expect(throws: AuditStoreError.self) { try await writer.append(streamed(2)) }
        files.inject(nil)
        let left = files.afterKill()
        #expect(try TestStore(left).events() == text([streamed(1), streamed(2)]), "the system shows it")
        let store = TestStore(left)
        let next = try await store.core.writer(.still)
        #expect(next.recovery.events == 2 && next.recovery.damage.isEmpty)
        #expect(try await next.append(streamed(2)) == AppendReceipt(events: 0, duplicates: 1))
        #expect(try TestStore(left.afterPowerLoss(more: 0)).events() == text([streamed(1), streamed(2)]))
        try await next.close()
        #expect(try store.sealedEvents() == text([streamed(1), streamed(2)]))
    }

    /// The relaxed modes keep across the death of the process what they acknowledged.
    @Test(arguments: [Durability.interval(.seconds(3600)), .none]) func relaxed(_ durability: Durability) async throws {
        let files = MemoryFileSystem()
        var options = WriterOptions.still
        options.durability = durability
        let writer = try await TestStore(files).core.writer(options)
        for i in 0..<5 { try await writer.append(streamed(i)) }
        #expect(try TestStore(files.afterKill()).events() == text((0..<5).map { streamed($0) }))
        #expect(try TestStore(files.afterPowerLoss(more: 0)).events().isEmpty)
        try await writer.seal()
        #expect(try TestStore(files.afterPowerLoss(more: 0)).events() == text((0..<5).map { streamed($0) }))
        try await writer.close()
    }

    @Test func syncedByInterval() async throws {
        let files = MemoryFileSystem()
        var options = WriterOptions.still
        options.durability = .interval(.milliseconds(5))
        let writer = try await TestStore(files).core.writer(options)
        try await writer.append(streamed(1))
        while try TestStore(files.afterPowerLoss(more: 0)).events().isEmpty {
            try await Task.sleep(for: .milliseconds(2))
        }
        try await writer.close()
    }
}
