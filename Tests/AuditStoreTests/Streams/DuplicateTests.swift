import AuditStore
import KubernetesAudit
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// Events that come twice, and events that say they are another one.
@Suite struct DuplicateTests {
    /// The vectors of the reference implementation: key 00 … 0f, texts 00 01 02 ….
    @Test func sipHash() {
        let key = StoreSecret(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)
        let expected: [Int: [UInt8]] = [
            0: [0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93],
            1: [0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45],
        ]
        for (length, bytes) in expected {
            let text = (0..<length).map { UInt8($0) }
            let digest = text.withUnsafeBytes { SipHash.digest($0, key: key) }
            var found: [UInt8] = []
            withUnsafeBytes(of: digest.first.littleEndian) { found += $0 }
            withUnsafeBytes(of: digest.second.littleEndian) { found += $0 }
            #expect(found == bytes, "\(length) bytes")
        }
    }

    @Test func equalEventsAreDropped() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let writer = try await store.core.writer(.still)
        #expect(
            try await writer.append([streamed(1), streamed(2), streamed(1)]) == AppendReceipt(events: 2, duplicates: 1))
        #expect(try await writer.append(streamed(2)) == AppendReceipt(events: 0, duplicates: 1))
        try await writer.seal()
        #expect(try await writer.append(streamed(1)) == AppendReceipt(events: 0, duplicates: 1))
        try await writer.append(streamed(3))
        // Killed, closed, and killed again: the window is what it was.
        var store2 = TestStore(files.copy())
        var next = try await store2.core.writer(.still)
        for i in 1...3 { #expect(try await next.append(streamed(i)) == AppendReceipt(events: 0, duplicates: 1)) }
        try await next.append(streamed(4))
        try await next.close()
        #expect(try store2.events() == text((1...4).map { streamed($0) }))
        let left = try #require(store2.directory.files as? MemoryFileSystem)
        store2 = TestStore(left.afterPowerLoss(more: 0))
        next = try await store2.core.writer(.still)
        for i in 1...4 { #expect(try await next.append(streamed(i)) == AppendReceipt(events: 0, duplicates: 1)) }
        try await next.close()
        #expect(try store2.events() == text((1...4).map { streamed($0) }))
    }

    /// Lines of logs that are followed are duplicates of nothing, before a restart and after it. And what is known of events that were
    /// sealed long ago does not become doubtful by them.
    @Test func linesOfLogs() async throws {
        var files = MemoryFileSystem()
        var writer = try await TestStore(files).core.writer(.still)
        try await writer.append([streamed(1), streamed(2)])
        try await writer.seal()
        let place = InputCheckpoint(name: "audit.log", beginning: [1], offset: 1, recent: [1])
        let progress = InputProgress(former: nil, checkpoint: place)
        _ = try await writer.append(lines: text([streamed(3), streamed(4)]), read: progress)
        var options = WriterOptions.still
        options.sealsBeside = false
        for _ in 0..<2 {
            files = files.afterKill()
            writer = try await TestStore(files).core.writer(options)
        }
        #expect(try await writer.append([streamed(3)]) == AppendReceipt(events: 1, duplicates: 0))
        try await writer.seal()
        for i in 1...2 { #expect(try await writer.append([streamed(i)]) == AppendReceipt(events: 0, duplicates: 1)) }
        try await writer.close()
        #expect(try TestStore(files).events() == text([1, 2, 3, 4, 3].map { streamed($0) }))
    }

    @Test func withoutAWindow() async throws {
        let store = TestStore()
        var options = WriterOptions.still
        options.duplicates = nil
        let writer = try await store.core.writer(options)
        #expect(try await writer.append([streamed(1), streamed(1)]) == AppendReceipt(events: 2, duplicates: 0))
        try await writer.close()
        #expect(try store.events() == text([streamed(1), streamed(1)]))
    }

    /// The window is bounded by count and by time.
    @Test func theWindowIsBounded() async throws {
        let files = MemoryFileSystem()
        var options = WriterOptions.still
        options.duplicates = DuplicateOptions(events: 10, age: .seconds(60))
        let writer = try await TestStore(files).core.writer(options)
        for i in 0..<25 { try await writer.append(streamed(i)) }
        #expect(try await writer.append((15..<25).map { streamed($0) }).duplicates == 10)
        #expect(try await writer.append(streamed(14)).duplicates == 0)
        files.wait(microseconds: 61_000_000)
        #expect(try await writer.append(streamed(24)).duplicates == 0)
        try await writer.close()
    }

    /// The same window as a plain list of what is remembered.
    @Test(arguments: Seeds.fixed) func againstAList(_ seed: UInt64) {
        var random = Seeds.announce(seed, "duplicate window")
        var window = DuplicateWindow(DuplicateOptions(events: 50, age: .seconds(1)))
        var list: [(value: Int, time: Int64)] = []
        var now: Int64 = 1_000_000_000
        func digest(_ value: Int) -> EventDigest {
            EventDigest(bytes: SipHash.Digest(first: UInt64(value), second: 7), identity: UInt64(value / 2 + 1))
        }
        for round in 0..<20_000 {
            now += Int64(random.below(40_000))
            if random.oneIn(200) { now += 2_000_000 }
            window.expire(now: now)
            let value = random.below(120)
            let isKnown = list.contains { $0.value == value }
            let found = window.contains(digest(value))
            // What is too old may still be known; what is young must be.
            let isYoung = list.contains { $0.value == value && $0.time >= now - 1_000_000 }
            #expect(isKnown || !found, "round \(round)")
            #expect(found || !isYoung, "round \(round)")
            if found { continue }
            let other = list.contains { $0.value / 2 == value / 2 && $0.time >= now - 1_000_000 && $0.value != value }
            #expect(window.hasIdentity(digest(value)) || !other, "round \(round)")
            window.add(digest(value), time: now)
            list.removeAll { $0.value == value }
            list.append((value, now))
            if list.count > 50 { list.removeFirst() }
            if random.oneIn(500) {
                var bytes = ByteArena()
                window.append(to: &bytes)
                window = DuplicateWindow(DuplicateOptions(events: 50, age: .seconds(1)))
                window.add(decoding: bytes.bytes, without: 0)
            }
        }
    }

    @Test(arguments: 0..<13) func theLastDigestsAreLeftOut(doubtful: UInt64) {
        var window = DuplicateWindow(DuplicateOptions(events: 50, age: .seconds(1)))
        let digest = { (value: UInt64) in
            EventDigest(bytes: SipHash.Digest(first: value, second: value), identity: nil)
        }
        for value in 0..<10 { window.add(digest(UInt64(value)), time: 0) }
        var bytes = ByteArena()
        defer { extendLifetime(bytes) }
        window.append(to: &bytes)
        var read = DuplicateWindow(DuplicateOptions(events: 50, age: .seconds(1)))
        read.add(decoding: bytes.bytes, without: doubtful)
        for value in 0..<UInt64(10) { #expect(read.contains(digest(value)) == (value + doubtful < 10)) }
    }

    /// The same auditID and stage with other bytes: both are kept, and the later one is flagged, before it is sealed, after
    /// it was, after a crash, and after compaction.
    @Test func anIdentityOfAnother() async throws {
        let files = MemoryFileSystem()
        let core = StoreCore(
            directory: StoreDirectory(path: "/store", files: files), schema: KubernetesAudit.description.shredding)
        func event(_ id: Int, _ stage: String, _ uri: String) -> [UInt8] {
            Array(
                """
                {"kind":"Event","auditID":"id-\(id)","stage":"\(stage)","requestURI":"\(uri)",\
                "stageTimestamp":"2024-06-16T04:00:00.000000Z"}
                """.utf8)
        }
        func flagged(_ core: StoreCore) async throws -> [TextValue] {
            let query = TextQuery(where: "has(flags)", by: ["requestURI", "flags"])
            let result = try await query.run(
                on: core.snapshot(), schema: KubernetesAudit.description, now: 0, options: QueryOptions())
            return result.rows.flatMap { $0 }
        }
        let writer = try await core.writer(.still)
        try await writer.append([event(1, "ResponseComplete", "/a"), event(1, "RequestReceived", "/a")])
        try await writer.append([
            event(1, "ResponseComplete", "/b"), event(2, "ResponseComplete", "/c"),
            Array("{\"auditID\":\"id-1\"}".utf8),
        ])
        let expected: [TextValue] = [.string("/b"), .string("identityReused"), .int(1)]
        #expect(try await flagged(core) == expected)
        let left = StoreCore(directory: StoreDirectory(path: "/store", files: files.copy()), schema: core.schema)
        #expect(try await flagged(left) == expected)
        try await writer.seal()
        #expect(try await flagged(core) == expected)
        try await writer.append([event(2, "ResponseComplete", "/d"), event(3, "ResponseComplete", "/e")])
        try await writer.close()
        _ = try core.compact()
        #expect(try await flagged(core) == expected + [.string("/d"), .string("identityReused"), .int(1)])
    }

    /// Whatever is appended has an identity or none, and nothing traps.
    @Test(arguments: Seeds.fixed) func oddEvents(_ seed: UInt64) {
        var random = Seeds.announce(seed, "identities")
        let identity = EventIdentity(keys: [["auditID"], ["stage"]], secret: StoreSecret(first: 1, second: 2))
        func digest(_ text: String) -> UInt64? { Array(text.utf8).withUnsafeBytes { identity.digest(of: $0) } }
        let plain = digest(#"{"auditID":"a","stage":"b"}"#)
        #expect(plain != nil)
        #expect(digest(#" { "x":{"auditID":"q","stage":[1,{"}":2}]}, "stage" : "b","auditID":"a" } "#) == plain)
        #expect(digest(#"{"x":"\"auditID\":\"q\"","auditID":"a","stage":"b","auditID":"c"}"#) == plain)
        #expect(digest(#"{"auditID":"a","stage":"c"}"#) != plain)
        #expect(digest(#"{"auditID":"a\"","stage":"b"}"#) != plain)
        for text in ["", "{", "[]", "{}", "{\"auditID\":\"a\"}", "{\"auditID\"", "{\"auditID\":}", "\u{1}", "{\"a\\"] {
            #expect(digest(text) == nil, "\(text)")
        }
        let alphabet = Array("{}[]\",:\\ abauditIDstage".utf8)
        for _ in 0..<20_000 {
            var text = Array(#"{"auditID":"a","stage":"b","x":[{"y":"\\"}]}"#.utf8)
            for _ in 0..<random.below(6) { text[random.below(text.count)] = random.pick(alphabet) }
            text.removeLast(random.below(text.count))
            text.withUnsafeBytes { _ = identity.digest(of: $0) }
        }
    }
}
