import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// Files of the WAL that are not what was written.
@Suite struct WALDamageTests {
    /// A store whose writer died after some appends, which are a block each.
    static func left(_ appends: [[[UInt8]]], _ options: WriterOptions = .still) async throws -> MemoryFileSystem {
        let files = MemoryFileSystem()
        let writer = try await TestStore(files).core.writer(options)
        for events in appends { try await writer.append(events) }
        return files.copy()
    }

    private static let appends = [[streamed(1)], [streamed(2), streamed(3)], [streamed(4)]]
    private static let path = "/store/wal/0000000001.wal"

    private static func blocks(_ files: MemoryFileSystem) throws -> [Range<Int>] {
        let directory = TestStore(files).directory
        let reader = try WALReader(directory, number: 1, secret: try #require(directory.readManifest().secret))
        var blocks: [Range<Int>] = []
        var start = WALFormat.headerBytes
        while case .block(let header)? = try reader.next() {
            let end = start + WALFormat.blockHeaderBytes + header.storedBytes
            blocks.append(start..<end)
            start = end
        }
        return blocks
    }

    @Test func whatAWriterLeftIsThere() async throws {
        let files = try await Self.left(Self.appends)
        let all = text(Self.appends.joined())
        #expect(try TestStore(files).events() == all)
        #expect(try TestStore(files).sealedEvents().isEmpty)
        #expect(try TestStore(files).problems().isEmpty)
        let store = TestStore(files)
        let writer = try await store.core.writer(.still)
        #expect(writer.recovery.events == 4 && writer.recovery.tornBytes == 0 && writer.recovery.damage.isEmpty)
        #expect(try store.events() == all)
        try await writer.append(streamed(5))
        try await writer.close()
        #expect(try store.sealedEvents() == all + text([streamed(5)]))
    }

    /// Sectors that cannot be read cost the blocks that lie in them, and nothing else; the file stays under another name.
    @Test func unreadableSectors() async throws {
        let appends = (0..<6).map { i in (i * 40..<i * 40 + 40).map { streamed($0) } }
        let files = try await Self.left(appends)
        let blocks = try Self.blocks(files)
        for lost in 1..<blocks.count {
            let damaged = files.copy()
            let middle = (blocks[lost].lowerBound + blocks[lost].upperBound) / 2
            damaged.makeUnreadable(Self.path, middle..<middle + 1)
            let store = TestStore(damaged)
            let rest = text(appends.enumerated().filter { $0.offset != lost - 1 }.flatMap(\.element))
            #expect(try store.events() == rest)
            #expect(try store.problems().count == 1)
            let writer = try await store.core.writer(.still)
            #expect(writer.recovery.damage.count == 1 && writer.recovery.missingEvents == (lost < 6 ? 40 : 0))
            try await writer.append(streamed(900))
            try await writer.close()
            #expect(try store.sealedEvents() == rest + text([streamed(900)]))
            #expect(try store.quarantined().count == 1)
            #expect(damaged.file("/store/wal/0000000001.unreadable") == files.file(Self.path))
            #expect(damaged.file(Self.path) == nil)
            #expect(try store.problems().isEmpty)
        }
    }

    /// Every byte flipped in turn: nothing but the block that was hit is lost, and it is reported and kept.
    @Test func everyByteIsFlipped() async throws {
        let files = try await Self.left(Self.appends)
        let blocks = try Self.blocks(files)
        #expect(blocks.count == 4)
        let bytes = try #require(files.file(Self.path))
        #expect(blocks.last?.upperBound == bytes.count)
        for i in bytes.indices {
            let damaged = files.copy()
            var wrong = bytes
            wrong[i] ^= UInt8(1 << (i % 8))
            damaged.put(wrong, at: Self.path)
            let hit = blocks.firstIndex { $0.contains(i) }
            // The first block holds the digests.
            let expected = Self.appends.enumerated().filter { $0.offset + 1 != hit }.flatMap(\.element)
            let store = TestStore(damaged)
            #expect(try store.events() == text(expected), "byte \(i)")
            #expect(try store.problems().count + (i >= blocks[3].lowerBound ? 1 : 0) >= 1, "byte \(i)")
            let writer = try await store.core.writer(.still)
            let report = writer.recovery
            #expect(report.damage.count == 1 || report.tornBytes > 0, "byte \(i)")
            #expect(Int(report.events) == expected.count, "byte \(i)")
            if hit == 1 || hit == 2 { #expect(Int(report.missingEvents) == 4 - expected.count, "byte \(i)") }
            try await writer.append(streamed(9))
            try await writer.close()
            #expect(try store.events() == text(expected + [streamed(9)]), "byte \(i)")
            #expect(try store.problems().isEmpty, "byte \(i)")
            let kept = try store.quarantined()
            if let hit, report.tornBytes == 0 {
                #expect(kept.map(\.line) == [Array(wrong[blocks[hit]])], "byte \(i)")
                #expect(kept.first?.input == "wal/0000000001.wal" && kept.first?.offset == "\(blocks[hit].lowerBound)")
            } else {
                #expect(kept.isEmpty)
            }
        }
    }

    /// Cut anywhere: the blocks before it are there.
    @Test func cutAnywhere() async throws {
        let files = try await Self.left(Self.appends)
        let blocks = try Self.blocks(files)
        let bytes = try #require(files.file(Self.path))
        for length in 0...bytes.count {
            let cut = files.copy()
            cut.put(Array(bytes[..<length]), at: Self.path)
            let whole = blocks.dropFirst().count { $0.upperBound <= length }
            let expected = Self.appends.prefix(whole).flatMap { $0 }
            let store = TestStore(cut)
            #expect(try store.events() == text(expected), "\(length) bytes")
            #expect(try store.problems().isEmpty, "\(length) bytes")
            let writer = try await store.core.writer(.still)
            #expect(writer.recovery.damage.isEmpty && writer.recovery.missingEvents == 0, "\(length) bytes")
            let isWhole = length == 0 || length == WALFormat.headerBytes || blocks.contains { $0.upperBound == length }
            #expect((writer.recovery.tornBytes > 0) == !isWhole, "\(length) bytes")
            try await writer.close()
            #expect(try store.sealedEvents() == text(expected) && store.quarantined().isEmpty, "\(length) bytes")
        }
    }

    /// Garbage of any kind behind what is right, and instead of it.
    @Test(arguments: Seeds.fixed) func garbage(_ seed: UInt64) async throws {
        var random = Seeds.announce(seed, "garbage in the WAL")
        let files = try await Self.left(Self.appends)
        let bytes = try #require(files.file(Self.path))
        for round in 0..<300 {
            var wrong = bytes
            switch random.below(4) {
            case 0: wrong += random.bytes(random.below(70_000))
            case 1: wrong += [UInt8](repeating: 0, count: random.below(70_000))
            case 2:
                for _ in 0..<1 + random.below(20) { wrong[random.below(wrong.count)] = UInt8(random.below(256)) }
            default:
                let start = random.below(wrong.count)
                let n = random.below(wrong.count - start)
                wrong.replaceSubrange(start..<start + n, with: bytes.prefix(random.below(bytes.count)))
            }
            let damaged = files.copy()
            damaged.put(wrong, at: Self.path)
            let store = TestStore(damaged)
            let before = try store.events()
            let writer = try await store.core.writer(.still)
            try await writer.close()
            #expect(try store.events() == before, "seed \(seed), round \(round)")
            let known = Set(Self.appends.joined())
            let found = lines(before).map { Array($0) }.filter { !$0.isEmpty }
            #expect(Set(found).isSubset(of: known) && Set(found).count == found.count, "seed \(seed), round \(round)")
            #expect(try store.problems().isEmpty, "seed \(seed), round \(round)")
        }
    }

    /// An event whose text is a copy of a block is not taken for one when the block around it is damaged.
    @Test func aBlockWithinAnEvent() async throws {
        let first = try await Self.left([[streamed(1)]])
        let blocks = try Self.blocks(first)
        let copy = Array(try #require(first.file(Self.path))[blocks[1]]).filter { $0 != 0x0a }
        // Enough of what does not shrink, so that the block around it is not compressed.
        var random = SeededRandom(seed: 1)
        let noise = random.bytes(2000).filter { $0 != 0x0a }
        let files = try await Self.left([[copy + noise], [streamed(2)]])
        var bytes = try #require(files.file(Self.path))
        let start = try Self.blocks(files)[1].lowerBound
        bytes[start] ^= 1
        files.put(bytes, at: Self.path)
        #expect(try TestStore(files).events() == text([streamed(2)]))
    }

    @Test func aNewerVersionIsRefused() async throws {
        let files = try await Self.left([[streamed(1)]])
        let secret = try #require(TestStore(files).manifest().secret)
        var bytes = try #require(files.file(Self.path))
        bytes[8] = 9
        let seed = WALFormat.seed(secret, file: 1, offset: 0)
        let checksum = bytes[..<24].withUnsafeBytes { XXH64.hash($0, seed: seed) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(24..<32, with: $0) }
        files.put(bytes, at: Self.path)
        await #expect { _ = try await TestStore(files).core.writer(.still) } throws: {
            ($0 as? AuditStoreError)?.code == .unsupportedVersion
        }
        #expect { _ = try TestStore(files).events() } throws: {
            ($0 as? AuditStoreError)?.code == .unsupportedVersion
        }
        // It may say of the input that it was read.
        await #expect { try await TestStore(files).ingest(("a", SmallLogs.events(0..<1))) } throws: {
            ($0 as? AuditStoreError)?.code == .unsupportedVersion
        }
        // What was refused holds no lock.
        _ = try TestStore(files).core.compact()
    }
}
