import Synchronization
import TestSupport
import Testing

@testable import AuditStore
@testable import SegmentFormat

/// Inputs that workers read themselves, a range of whole lines each.
struct FileRangeTests {
    /// Bytes that can be read in any order, and may change after some reads.
    private final class Bytes: ReadableFile, Sendable {
        private let content: [UInt8]
        private let later: [UInt8]?
        private let readsBefore: Int
        private let reads = Mutex(0)
        let size: UInt64

        init(_ content: [UInt8], later: [UInt8]? = nil, after reads: Int = 0) {
            self.content = content
            self.later = later
            readsBefore = reads
            size = UInt64(content.count)
        }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
            let number = reads.withLock { count in
                count += 1
                return count
            }
            let now = number > readsBefore ? later ?? content : content
            guard offset < now.count else { return 0 }
            let part = now[Int(offset)..<min(now.count, Int(offset) + target.count)]
            target.copyBytes(from: part)
            return part.count
        }
    }

    private final class Input: IngestInput {
        let name = "audit.log"
        let canGrow = true
        var consumed: UInt64 { UInt64(offset) }
        private let bytes: [UInt8]
        private var offset = 0
        let file: (any ReadableFile)?

        init(_ bytes: [UInt8], file: Bytes) {
            self.bytes = bytes
            self.file = file
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let n = min(buffer.count, bytes.count - offset)
            buffer.copyBytes(from: bytes[offset..<offset + n])
            offset += n
            return n
        }
    }

    private func ingest(
        _ bytes: [UInt8], _ file: Bytes, into store: TestStore, threads: Int, chunkBytes: Int = 300_000
    ) async throws -> IngestReport {
        var options = IngestOptions()
        options.threads = threads
        options.chunkBytes = chunkBytes
        let source = IngestSource(name: "audit.log", isRepeatable: true) { Input(bytes, file: file) }
        return try await store.core.ingest([source], options: options)
    }

    /// About `count` bytes of lines of random lengths, with one of `longest` bytes in the middle, and some that are no events.
    private func log(count: Int, longest: Int, _ random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        var number = 0
        var hasLongest = false
        while bytes.count < count {
            let isLongest = !hasLongest && bytes.count > count / 2
            hasLongest = hasLongest || isLongest
            let padding = isLongest ? longest : random.oneIn(50) ? random.below(30_000) : random.below(3000)
            let time = #""stageTimestamp":"2026-11-23T02:47:39.007953Z""#
            let line = #"{"number":\#(number),\#(time),"requestObject":{"text":""#
            bytes +=
                Array(line.utf8) + [UInt8](repeating: 0x78, count: padding)
                + Array(random.oneIn(90) ? "\"}".utf8 : "\"}}".utf8)
            bytes.append(0x0a)
            number += 1
        }
        return bytes
    }

    @Test(arguments: Seeds.fixed, [1, 3]) func sameAsFrontToBack(seed: UInt64, threads: Int) async throws {
        var random = Seeds.announce(seed, "ranges of a file")
        // Longer than the end of a range is searched for, and longer than a chunk.
        for longest in [0, 250_000, 1 << 20] {
            let bytes = log(count: 2 << 20, longest: longest, &random)
            let (ranges, whole) = (TestStore(), TestStore())
            let first = try await ingest(bytes, Bytes(bytes), into: ranges, threads: threads)
            let second = try await whole.ingest(("audit.log", bytes), threads: 1)
            #expect(first.events == second.events && first.quarantined == second.quarantined)
            #expect(first.failures.isEmpty && first.events > 0 && first.quarantined > 0)
            #expect(try areEqual(ranges.events(), whole.events()))
            #expect(try ranges.quarantined().map(\.line) == whole.quarantined().map(\.line))
            #expect(try ranges.quarantined().map(\.offset) == whole.quarantined().map(\.offset))
            // Both know the file again.
            #expect(try await ingest(bytes, Bytes(bytes), into: whole, threads: 1).events == 0)
            #expect(try await ranges.ingest(("audit.log", bytes)).events == 0)
        }
    }

    /// A file that is cut or rewritten while it is loaded: what was loaded is a beginning of the file, and nothing else is.
    @Test(arguments: Seeds.fixed) func changedWhileRead(seed: UInt64) async throws {
        var random = Seeds.announce(seed, "files that change")
        let bytes = log(count: 2 << 20, longest: 0, &random)
        let other = log(count: 2 << 20, longest: 0, &random)
        var failures = 0
        for later in [Array(bytes.prefix(1 << 20)), other, []] {
            for reads in [6, 9, 12, 20] {
                let store = TestStore()
                let file = Bytes(bytes, later: later, after: reads)
                let report = try await ingest(bytes, file, into: store, threads: 2)
                let events = try store.events()
                failures += report.failures.count
                // The end of a file is read front to back: there, a shorter file is a shorter file, and other bytes are bytes.
                if report.failures.isEmpty, later == other { continue }
                #expect(report.failures.allSatisfy { $0.input == "audit.log" } && report.events < 2000)
                let loaded = try store.manifest().checkpoints.first?.offset ?? 0
                let expected = TestStore()
                try await expected.ingest(("audit.log", Array(bytes.prefix(Int(loaded)))))
                #expect(try areEqual(events, expected.events()))
                // The rest comes when the file is whole again.
                _ = try await ingest(bytes, Bytes(bytes), into: store, threads: 2)
                let whole = TestStore()
                try await whole.ingest(("audit.log", bytes))
                #expect(try areEqual(store.events(), whole.events()))
            }
        }
        #expect(failures >= 4)
    }

    /// Bodies of lines that are no events, and behind them an event longer than the memory for lines.
    @Test func bodiesWithoutEvents() async throws {
        let body = #"{"requestObject":{"text":""# + String(repeating: "x", count: 5000)
        let malformed = Array((body + "\"}\n").utf8)
        let event = Array((body + String(repeating: "y", count: 700_000) + "\"}}\n").utf8)
        var bytes: [UInt8] = []
        for _ in 0..<100 { bytes += malformed }
        bytes += event + event
        let store = TestStore()
        let report = try await ingest(bytes, Bytes(bytes), into: store, threads: 1, chunkBytes: 1 << 20)
        #expect(report.events == 2 && report.quarantined == 100 && report.failures.isEmpty)
        #expect(try areEqual(store.events(), event + event))
        #expect(try store.quarantined().allSatisfy { $0.line == malformed.dropLast() })
    }

    /// A name that came to mean another file between two openings.
    @Test func anotherFile() async throws {
        var random = SeededRandom(seed: 3)
        let bytes = log(count: 1 << 20, longest: 0, &random)
        let store = TestStore()
        let other = Bytes(log(count: 2 << 20, longest: 0, &random))
        let report = try await ingest(bytes, other, into: store, threads: 2)
        let expected = TestStore()
        try await expected.ingest(("audit.log", bytes))
        #expect(report.failures.isEmpty)
        #expect(try areEqual(store.events(), expected.events()))
    }
}
