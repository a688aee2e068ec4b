import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

@Suite struct CompactionTests {
    @Test func everyByteStays() async throws {
        let store = TestStore()
        let real = SmallLogs.real(1500)
        try await store.ingest(("real", real), ("edge", Fixture.edge))
        let input = real + Fixture.edge
        let before = try store.manifest()
        let report = try store.core.compact()
        #expect(report.failures.isEmpty && report.segmentsBefore == before.segments.count)
        #expect(report.bytesAfter < report.bytesBefore)
        #expect(areEqual(try store.events(), input))
        #expect(try store.problems().isEmpty)
        let after = try store.manifest()
        #expect(after.segments.allSatisfy(\.isCompacted) && after.obsolete.isEmpty)
        #expect(Set(after.segments.map(\.day)).count == after.segments.count)
        #expect(after.segments.reduce(0) { $0 + $1.rawBytes } == UInt64(input.count))
    }

    /// What a merge has written is read back before it takes the place of anything.
    @Test func whatIsWrittenIsReadBack() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let input = SmallLogs.events(0..<40)
        try await store.ingest(("a", input), ("b", SmallLogs.events(40..<60)))
        let before = try store.manifest()
        var next = before.segments[0]
        next.id = before.nextSegmentID
        let path = store.directory.location(store.directory.name(of: next))
        files.once("open", suffix: path) {
            var bytes = files.file(path) ?? []
            if !bytes.isEmpty { bytes[bytes.count / 3] ^= 1 }
            files.put(bytes, at: path)
        }
        let report = try store.core.compact(checks: true)
        #expect(report.failures.map(\.file) == [path] && report.segmentsAfter == 0)
        #expect(try store.manifest().segments == before.segments)
        #expect(try store.events() == input + SmallLogs.events(40..<60))
        #expect(try store.core.compact(checks: true).segmentsAfter == 1)
        #expect(try store.events() == input + SmallLogs.events(40..<60))
        #expect(try store.problems().isEmpty)
    }

    /// A digest tells events in another order, cut elsewhere, missing or more from those that were read.
    @Test func digestsTellTextsApart() {
        func digest(_ texts: [String]) -> TextDigest {
            var result = TextDigest()
            for text in texts { Array(text.utf8).withUnsafeBytes { result.add($0) } }
            return result
        }
        let all = [
            ["ab", "c"], ["a", "bc"], ["c", "ab"], ["ab"], ["ab", "c", ""], ["", "ab", "c"], ["ab", "d"], [],
        ]
        for (i, a) in all.enumerated() {
            for (j, b) in all.enumerated() { #expect((digest(a) == digest(b)) == (i == j), "\(a) and \(b)") }
        }
    }

    /// A row group that is written ends within one that is read, and bodies of the latter are in both.
    @Test func bodiesThatGoOnInTheNextRowGroup() async throws {
        let store = TestStore()
        func log(_ range: Range<Int>) -> [UInt8] {
            Array(
                range.map {
                    """
                    {"requestObject":{"version":\($0 * 7919 % 997)},"stageTimestamp":"2024-06-16T04:00:00.000000Z"}

                    """
                }.joined().utf8)
        }
        let half = Limits.rowsPerRowGroup * 5 / 8
        let logs = [log(0..<half), log(half..<2 * half)]
        for (index, log) in logs.enumerated() { try await store.ingest(("\(index)", log)) }
        _ = try store.core.compact()
        let segments = try store.manifest().segments
        #expect(segments.map(\.rows) == [UInt64(2 * half)] && 2 * half > Limits.rowsPerRowGroup)
        #expect(areEqual(try store.events(), logs[0] + logs[1]))
        #expect(try store.problems().isEmpty)
    }

    @Test func twice() async throws {
        let store = TestStore()
        let first = SmallLogs.events(0..<30) + SmallLogs.events(30..<50, day: 17)
        let second = SmallLogs.events(50..<70, day: 17) + SmallLogs.events(70..<80)
        try await store.ingest(("a", first))
        _ = try store.core.compact()
        let generation = try store.manifest().generation
        #expect(try store.core.compact().segmentsBefore == 0)
        #expect(try store.manifest().generation == generation)
        try await store.ingest(("b", second))
        #expect(try store.events() == first + second)
        let report = try store.core.compact()
        #expect(report.segmentsBefore == 4 && report.segmentsAfter == 2)
        #expect(try store.events() == first + second)
        #expect(try store.problems().isEmpty)
    }

    /// Values that were shredded out of bodies go back where they were, whatever the bodies are.
    @Test(arguments: Seeds.fixed) func randomBodies(seed: UInt64) async throws {
        var random = Seeds.announce(seed, "random bodies")
        let store = TestStore()
        let values = [
            "1", "\"x\"", "null", "{}", "[]", "{\"y\":2}", "[1,{\"n\":3},\"z\"]", "\"x\"", "{\"y\":{\"y\":4}}",
        ]
        func body() -> String {
            let members = (0..<random.below(5)).map { _ in
                switch random.below(5) {
                case 0:
                    return
                        "\"spec\":{\"replicas\":\(random.pick(values)),\"serviceAccountName\" : \(random.pick(values))}"
                case 1:
                    return
                        "\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":\"a\"},{\"image\":"
                        + "\(random.pick(values))}]}}}"
                case 2: return "\"l\":[ \(random.pick(values)) , \(random.pick(values))]"
                case 3: return "\"l\":[{\"n\":\(random.pick(values))},{\"n\":1,\"n\":2}]"
                default: return "\"x\":\(random.pick(values))"
                }
            }
            return random.oneIn(10) ? random.pick(values) : "{\(members.joined(separator: ", "))}"
        }
        var input: [UInt8] = []
        for part in 0..<3 {
            let log = text(
                (0..<120).map { _ in Array("{\"requestObject\":\(body()),\"responseObject\":\(body())}".utf8) })
            try await store.ingest(("\(seed) \(part)", log))
            input += log
            _ = try store.core.compact()
            let found = lines(try store.events())
            for (index, pair) in zip(found, lines(input)).enumerated() where !areEqual(pair.0, pair.1) {
                Issue.record("line \(index): \(pair.0.text)\nexpected \(pair.1.text)")
                return
            }
            #expect(try store.problems().isEmpty)
        }
    }

    @Test(arguments: Seeds.fixed) func randomObjects(seed: UInt64) async throws {
        var generator = RandomJSON(Seeds.announce(seed, "random objects"))
        let store = TestStore()
        var input: [UInt8] = []
        for part in 0..<3 {
            let log = text((0..<200).map { _ in generator.object(depth: 3) })
            try await store.ingest(("\(part)", log))
            input += log
        }
        for _ in 0..<2 {
            _ = try store.core.compact()
            let found = lines(try store.events())
            #expect(found.count == 600)
            for (index, pair) in zip(found, lines(input)).enumerated() where !areEqual(pair.0, pair.1) {
                Issue.record("line \(index): \(pair.0.text)\nexpected \(pair.1.text)")
                return
            }
        }
        #expect(try store.problems().isEmpty)
    }

    /// Keys that differ in their bytes, and are the same as text.
    @Test(arguments: [
        Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8), Array("{\"e\u{301}\":1}".utf8),
        Array("{\"a".utf8) + [0xff] + Array("\":1,\"a".utf8) + [0xfe] + Array("\":2,\"a\u{fffd}\":3}".utf8),
    ])
    func keysThatLookAlike(line: [UInt8]) async throws {
        let store = TestStore()
        let input = text([line, Array("{\"\u{e9}\":5}".utf8), line])
        try await store.ingest(("a", input))
        #expect(try store.events() == input)
        _ = try store.core.compact()
        #expect(String(decoding: try store.events(), as: UTF8.self) == String(decoding: input, as: UTF8.self))
        #expect(try store.events() == input)
    }

    /// A damaged day is left as it is and told; the other days are compacted.
    @Test(arguments: [0, 40, -20]) func damage(offset: Int) async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<20) + SmallLogs.events(20..<40, day: 17)))
        let segment = try #require(store.manifest().segments.first { $0.day == 19_890 })
        let path = store.directory.location(store.directory.name(of: segment))
        var bytes = try #require(files.file(path))
        bytes[offset < 0 ? bytes.count + offset : offset] ^= 0xff
        files.put(bytes, at: path)
        let report = try store.core.compact()
        #expect(report.failures.map(\.file) == [path])
        let after = try store.manifest().segments
        #expect(after.first { $0.day == 19_890 } == segment)
        #expect(after.first { $0.day == 19_891 }?.isCompacted == true)
    }

    @Test func whatIsNoStore() {
        #expect { try TestStore().core.compact() } throws: { ($0 as? AuditStoreError)?.code == .notAStore }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
