import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore
@testable import KubernetesAudit

/// Reading live, one look at a time.
@Suite struct LiveReaderTests {
    /// Two processes: one writes, the other only reads. And one that reads in the writer's process.
    private struct Readers {
        let files = MemoryFileSystem()
        var store: TestStore
        let other: TestStore
        var taken: [[String]] = [[], []]
        var readers: [LiveReader]

        init() throws {
            store = TestStore(files)
            other = TestStore(files)
            readers = []
        }

        func reader(_ core: StoreCore, from position: LivePosition) throws -> LiveReader {
            LiveReader(core, LiveScan(EventScan(try core.snapshot(), schema: core.description)), from: position)
        }

        mutating func begin() throws {
            readers = [try reader(store.core, from: LivePosition()), try reader(other.core, from: LivePosition())]
        }

        mutating func look(_ which: Int, pages: Int = .max) throws {
            for _ in 0..<pages {
                let page = try readers[which].look()
                taken[which] += page.items.map { String(decoding: $0.bytes, as: UTF8.self) }
                if page.items.isEmpty, !page.isMore { return }
            }
        }
    }

    @Test func eventsAreSeenOnceTheyAreAcknowledged() async throws {
        var live = try Readers()
        let writer = try await live.store.core.writer(.still)
        try live.begin()
        for i in 0..<5 {
            try await writer.append(streamed(i))
            for which in 0..<2 { try live.look(which) }
            #expect(live.taken[0] == logTexts(0..<i + 1) && live.taken[1] == logTexts(0..<i + 1))
        }
        try await writer.close()
        for which in 0..<2 { try live.look(which) }
        #expect(live.taken[0].count == 5 && live.taken[1].count == 5)
    }

    /// A block that is written and not synced may be cut off again: nobody sees it.
    @Test func whatIsNotAcknowledgedIsNotSeen() async throws {
        var live = try Readers()
        let writer = try await live.store.core.writer(.still)
        try live.begin()
        try await writer.append(streamed(0))
        let (files, other) = (live.files, live.other)
        live.files.once("sync", suffix: ".wal") {
            let reader = try? LiveReader(
                other.core, LiveScan(EventScan(other.core.snapshot(), schema: other.core.description)),
                from: LivePosition())
            let seen = files.undisturbed { try? reader?.look().items.count }
            #expect(seen == 1)
        }
        try await writer.append(streamed(1))
        try live.look(1)
        #expect(live.taken[1] == logTexts(0..<2))
        try await writer.close()
    }

    /// Random appends, seals, loads, compactions, kills and new writers; readers that look at random moments, stop, and go on from a position.
    @Test(arguments: 0..<40) func eachEventOnce(seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed))
        var live = try Readers()
        var options = WriterOptions.still
        options.sealsBeside = false
        options.sealBytes = random.pick([2000, 20_000, 1 << 26])
        options.chunkBytes = random.pick([1000, 1 << 23])
        var writer: StreamWriter? = try await live.store.core.writer(options)
        try live.begin()
        var next = 0
        var expected: [String] = []
        for _ in 0..<80 {
            switch random.below(12) {
            case 0...3:
                let count = random.pick([1, 3, 30])
                var events = (next..<next + count).map { streamed($0, day: 14 + $0 % 3) }
                if random.oneIn(3) { events.insert(Array("no event".utf8), at: random.below(events.count + 1)) }
                if let writer {
                    try await writer.append(events)
                    expected += events.filter { $0.first == 0x7b }.map { String(decoding: $0, as: UTF8.self) }
                    next += count
                }
            case 4:
                try await live.store.ingest(("load \(next)", logLines(next..<next + 5)))
                expected += logTexts(next..<next + 5)
                next += 5
            case 5: try await writer?.seal()
            case 6: _ = try live.store.core.compact()
            case 7:
                if let open = writer { try await open.close() }
                writer = nil
                if random.oneIn(2) { writer = try await live.store.core.writer(options) }
            case 8:
                // Another process goes on from where this one was.
                let which = random.below(2)
                let position = LivePosition(live.readers[which].position!.description)!
                live.readers[which] = try live.reader((which == 0 ? live.store : live.other).core, from: position)
            default: try live.look(random.below(2), pages: random.pick([1, 2, .max]))
            }
        }
        for which in 0..<2 {
            try live.look(which)
            #expect(live.taken[which].sorted() == expected.sorted())
        }
        try await writer?.close()
    }

    /// What a writer leaves that died is read at once, and not again when the next one seals it.
    @Test func aWriterThatDied() async throws {
        var live = try Readers()
        let writer = try await live.store.core.writer(.still)
        try await writer.append([streamed(0), Array("none".utf8), streamed(1)])
        let left = TestStore(live.files.afterKill())
        let reader = LiveReader(
            left.core, LiveScan(EventScan(try left.core.snapshot(), schema: left.core.description)),
            from: LivePosition())
        #expect(try reader.look().items.count == 2)
        let next = try await left.core.writer(.still)
        #expect(next.recovery.events == 3)
        try await next.append(streamed(2))
        var items: [LiveReader.Item] = []
        while case let page = try reader.look(), page.isMore || !page.items.isEmpty { items += page.items }
        #expect(items.map { String(decoding: $0.bytes, as: UTF8.self) } == logTexts(2..<3))
        try await next.close()
        try await writer.close()
        try live.begin()
    }

    @Test func aQueryAndWhatComesAfterIt() async throws {
        let core = TestStore(MemoryFileSystem(), schema: KubernetesAudit.description).core
        let writer = try await core.writer(.still)
        var query: EventQuery<KubernetesAudit> { get throws { EventQuery(try core.snapshot(), store: core) } }
        for i in 0..<3 { try await writer.append(streamed(i)) }
        let events = try query
        try await writer.append(streamed(3))
        try await writer.seal()
        try await writer.append(streamed(4))
        #expect(try await events.count() == 3)
        var found: [String] = []
        for try await live in events.where({ $0.verb == "get" }).live() {
            found.append(live.raw.text)
            #expect(live.event.verb == "get")
            if found.count == 2 { break }
        }
        #expect(found == logTexts(3..<5))
        #expect(LivePosition("1.2") == nil && LivePosition("1.3.2") == nil && LivePosition("-1.2.3") == nil)
        try await writer.close()
    }

    /// One that waits is woken by an event, and by its cancellation.
    @Test func waiting() async throws {
        let core = TestStore(MemoryFileSystem(), schema: KubernetesAudit.description).core
        let writer = try await core.writer(.still)
        var query: EventQuery<KubernetesAudit> { get throws { EventQuery(try core.snapshot(), store: core) } }
        let live = try query.live()
        let first = Task {
            for try await event in live { return event.raw.text }
            return ""
        }
        try await Task.sleep(for: .milliseconds(50))
        try await writer.append(streamed(7))
        #expect(try await first.value == logTexts(7..<8)[0])
        let second = Task { for try await _ in live {} }
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        await #expect { try await second.value } throws: { ($0 as? AuditStoreError)?.code == .cancelled }
        try await writer.close()
    }

    /// Numbers that are forgotten are not guessed.
    @Test func tooOldPositions() throws {
        var numbers = StreamNumbers()
        for i in 0..<2000 { numbers.seal(sequence: UInt64(i * 10), count: 3) }
        #expect(numbers.runs.count == StreamNumbers.runLimit && numbers.next == 6000)
        #expect(numbers.sequences(of: 5..<7) == nil)
        #expect(numbers.sequences(of: 5..<5) == [])
        #expect(numbers.sequences(of: 5995..<6005) == [19981..<19983, 19990..<19993])
        var bytes = ByteArena()
        numbers.encode(to: &bytes)
        var reader = ByteReader(bytes.bytes, context: "a test")
        #expect(try StreamNumbers(&reader) == numbers)
    }
}
