import SegmentFormat
import Shredding
import TestSupport
import Testing

/// Every event comes back byte for byte.
@Suite struct RoundTripTests {
    /// Shreds lines that are all events, in chunks, with one builder, as a worker does.
    private func check(_ bytes: [UInt8], linesPerChunk: Int, take: (Int) -> Bool = { _ in true }) throws {
        let builder = SegmentBuilder.test()
        let all = lines(bytes).enumerated().filter { take($0.offset) }.map(\.element)
        var start = 0
        while start < all.count {
            let chunk = text(all[start..<min(start + linesPerChunk, all.count)])
            let shredded = try builder.shred(chunk)
            #expect(shredded.refusals.isEmpty, "line \(start)")
            let found = try SegmentReader(#require(shredded.segment)).events()
            #expect(areEqual(found, chunk), "lines from \(start) on")
            start += linesPerChunk
        }
    }

    @Test func edge() throws { try check(Fixture.edge, linesPerChunk: 700) }

    /// All 24,000 events; without optimisation, an eighth of them.
    @Test func sample() throws {
        #if DEBUG
            try check(Fixture.sample, linesPerChunk: 1000) { ($0 / 100) % 8 == 0 }
        #else
            try check(Fixture.sample, linesPerChunk: 2000)
        #endif
    }

    @Test(arguments: Seeds.fixed) func randomObjects(seed: UInt64) throws {
        var generator = RandomJSON(Seeds.announce(seed, "random objects"))
        let builder = SegmentBuilder.test()
        for chunk in 0..<8 {
            let bytes = text((0..<150).map { _ in generator.object() })
            let shredded = try builder.shred(bytes)
            #expect(shredded.refusals.isEmpty)
            let found = try SegmentReader(#require(shredded.segment)).events()
            expectSameLines(found, bytes, "chunk \(chunk), seed \(seed)")
        }
    }

    /// The first line that differs says more than two megabytes.
    private func expectSameLines(_ found: [UInt8], _ expected: [UInt8], _ what: String) {
        guard !areEqual(found, expected) else { return }
        for (index, pair) in zip(lines(found), lines(expected)).enumerated() where !areEqual(pair.0, pair.1) {
            Issue.record(
                """
                \(what), line \(index): \(String(decoding: pair.0, as: UTF8.self))
                expected \(String(decoding: pair.1, as: UTF8.self))
                """)
            return
        }
        Issue.record("\(what): another number of lines")
    }

    /// Bytes whatever: a line is an event that comes back, or is refused as it is; nothing is lost and nothing traps.
    @Test(arguments: Seeds.fixed) func randomLines(seed: UInt64) throws {
        var random = Seeds.announce(seed, "random lines")
        var generator = RandomJSON(random)
        let builder = SegmentBuilder.test()
        let alphabet = Array("{}[]\",:\\u0019ea -.truefalsn\t\r\u{0}\u{1}".utf8) + [0x80, 0xff]
        for _ in 0..<6 {
            let input = (0..<200).map { _ -> [UInt8] in
                switch random.below(4) {
                case 0: return random.bytes(random.below(60)).filter { $0 != 0x0a }
                case 1: return (0..<random.below(30)).map { _ in random.pick(alphabet) }
                case 2: return generator.object(depth: 2)
                default:
                    var line = generator.object(depth: 2)
                    for _ in 0...random.below(2) {
                        let i = random.below(line.count)
                        if random.oneIn(3) { line.remove(at: i) } else { line[i] = random.pick(alphabet) }
                        if line.isEmpty { break }
                    }
                    return line
                }
            }
            let shredded = try builder.shred(text(input))
            var events = try shredded.segment.map { lines(try SegmentReader($0).events())[...] } ?? []
            var refusals = shredded.refusals[...]
            for line in input {
                if refusals.first.map({ $0.line == line }) ?? false, !(events.first.map { areEqual($0, line) } ?? false)
                {
                    refusals.removeFirst()
                } else if events.first.map({ areEqual($0, line) }) ?? false {
                    events.removeFirst()
                } else {
                    Issue.record("lost, seed \(seed): \(String(decoding: line, as: UTF8.self))")
                    return
                }
            }
            #expect(events.isEmpty && refusals.isEmpty)
        }
    }
}
