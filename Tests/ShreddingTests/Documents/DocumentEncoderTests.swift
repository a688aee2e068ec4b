import TestSupport
import Testing

@testable import SegmentFormat
@testable import Shredding

/// Documents that repeat one another with small changes, whole and broken: what the encoder takes for JSON is what the
/// scanner takes for JSON, and the page gives back every document that has a code.
struct DocumentEncoderTests {
    /// Appends all texts, a line each, as one row group, and compares with the scanner and with the page's entries.
    private func check(_ texts: [[UInt8]], seed: UInt64, isRepeated: Bool = false) throws {
        var memory: [UInt8] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(memory.count)
            memory += text + [0x0a]
        }
        memory += [UInt8](repeating: 0x2c, count: JSONScanner.padding)
        var encoder = DocumentEncoder()
        var codes: [(code: UInt32, text: Int, count: Int)] = []
        memory.withUnsafeBytes { buffer in
            for (index, start) in starts.enumerated() {
                let p = buffer.baseAddress! + start
                var plain = JSONScanner()
                var scanner = JSONScanner()
                let expected = plain.valueEnd(p)
                let found = encoder.append(p, &scanner)
                #expect(found?.end == expected, "seed \(seed), text \(index)")
                if expected == nil {
                    let (failure, other) = (scanner.failed(from: p), plain.failed(from: p))
                    #expect(failure.reason == other.reason && failure.offset == other.offset, "seed \(seed)")
                }
                if let found { codes.append((found.code, index, found.end - p)) }
                // A line that the short way could not follow to its end is parsed: its documents come a second time, behind
                // later ones.
                if isRepeated, index > 0 {
                    for earlier in [index - 1, index] {
                        guard let again = encoder.append(buffer.baseAddress! + starts[earlier], &scanner) else {
                            continue
                        }
                        let count = again.end - (buffer.baseAddress! + starts[earlier])
                        codes.append((again.code, earlier, count))
                    }
                }
            }
        }
        guard !encoder.isEmpty else { return #expect(codes.isEmpty) }
        var output = ByteArena()
        Compressor().append(&encoder.fragments, to: &output)
        let count = encoder.fragments.pageBytes
        var raw = ByteArena(capacity: count)
        defer { extendLifetime(raw) }
        try decompress(output.bytes, codec: .fragments, into: raw.base, count: count)
        extendLifetime(output)
        raw.commit(count)
        var reader = ByteReader(raw.bytes, context: "a page")
        var entries: [[UInt8]] = []
        let lengths = try (0..<Int(try reader.varint())).map { _ in Int(try reader.varint()) }
        for length in lengths { entries.append(Array(try reader.bytes(length))) }
        for (code, index, count) in codes {
            #expect(entries[Int(code) - 1] == Array(texts[index][..<count]), "seed \(seed), text \(index)")
        }
    }

    /// A text with a few bytes or stretches changed, taken away, put in twice.
    private func changed(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var text = text
        for _ in 0..<random.below(4) where text.count > 2 {
            let at = random.below(text.count)
            let end = min(text.count, at + random.below(60))
            switch random.below(9) {
            case 0: text[at] = random.pick(Array(#"{}[],:"\ 0a"#.utf8))
            case 1: text.removeSubrange(at..<end)
            case 2: text.insert(contentsOf: text[at..<end], at: random.below(text.count))
            case 3:
                // A digit or a letter of a value: what mostly differs between two versions.
                if text[at] >= 0x30, text[at] <= 0x39 { text[at] = 0x30 + UInt8(random.below(10)) }
            case 4: text.insert(contentsOf: Array(#","new":"value that was not here""#.utf8), at: at)
            case 5:
                // What is open changes, and the text behind it does not.
                let brackets = text.indices.filter { [0x7b, 0x7d, 0x5b, 0x5d].contains(text[$0]) }
                if !brackets.isEmpty { text[random.pick(brackets)] ^= 0x20 }
            case 6: text = Array("[".utf8) + text + Array(",".utf8) + text + Array("]".utf8)
            case 7:
                let commas = text.indices.filter { text[$0] == 0x2c }
                guard commas.count > 1 else { continue }
                let (one, other) = (random.pick(commas), random.pick(commas))
                text.insert(contentsOf: Array(text[min(one, other)..<max(one, other)]), at: random.pick(commas))
            default: text[at] = 0x61 + UInt8(random.below(26))
            }
        }
        text.removeAll { $0 == 0x0a }
        return text
    }

    @Test(arguments: Seeds.fixed) func random(seed: UInt64) throws {
        var random = Seeds.announce(seed, "documents")
        for _ in 0..<150 {
            var texts: [[UInt8]] = []
            for _ in 0..<1 + random.below(40) {
                if texts.isEmpty || random.oneIn(4) {
                    var json = RandomJSON(random)
                    texts.append(json.object(depth: 6).filter { $0 != 0x0a })
                    random = SeededRandom(seed: random.next())
                } else {
                    texts.append(changed(random.pick(texts), &random))
                }
            }
            try check(texts, seed: seed, isRepeated: random.oneIn(3))
        }
    }

    @Test(arguments: Seeds.fixed) func bodiesOfRealEvents(seed: UInt64) throws {
        var random = Seeds.announce(seed, "changed real bodies")
        var bodies: [[UInt8]] = []
        for line in lines(Fixture.log("apiserver-sample")).prefix(20_000) {
            guard let start = line.firstRange(of: Array(#""responseObject":"#.utf8))?.upperBound else { continue }
            bodies.append(Array(line[start...]))
            if bodies.count == 600 { break }
        }
        #expect(bodies.count == 600)
        // What follows a body in its event ends it: bodies of a page are not their whole memory.
        try check(bodies, seed: seed)
        try check(bodies.map { changed($0, &random) }, seed: seed)
        try check(bodies + bodies.shuffled(using: &random), seed: seed)
    }

    @Test func edges() throws {
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        let long =
            #"{"name":"a value that is long enough","x":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19],"y":{}}"#
        try check([bytes(long), bytes(long), bytes("[\(long),\(long)]"), bytes("null"), bytes("\"text\"")], seed: 0)
        // A text that repeats itself, and one that repeats a broken one.
        try check([bytes("[" + String(repeating: long + ",", count: 50) + "0]")], seed: 0)
        try check([bytes(String(long.dropLast())), bytes(long), bytes(long + "}")], seed: 0)
        // The same bytes where an object is open, and where an array is.
        try check([bytes("{\"a\":\(long)}"), bytes("[1,\(long)]"), bytes("[\(long)}"), bytes("{\(long)}")], seed: 0)
        // Deeper than the encoder looks for repeats, and much deeper.
        for depth in [14, 15, 16, 29, 30, 31, 32, 33, 200, 9000] {
            let open = String(repeating: "{\"key\":[", count: depth)
            let close = String(repeating: "],\"value of the key\":\"text text text text\"}", count: depth)
            let nested = bytes(open + long + close)
            try check([nested, nested, nested.dropLast() + bytes("]"), nested], seed: 0)
        }
        let spaced = bytes(
            "{ \"a\" : [ 1 , 2 ] , \"b\" : \"a value that is long enough\" , \"c\" : { } , \"d\" : [ ] }")
        try check([spaced, spaced, [0x20] + spaced], seed: 0)
    }

    /// Time in proportion to the text, whatever it repeats.
    @Test func equalTextsAreNotComparedWithAllOthers() throws {
        let one = Array(#"{"metadata":{"name":"a","namespace":"b"},"spec":{"replicas":1,"paused":false}}"#.utf8)
        try check([[UInt8]](repeating: one, count: 20_000), seed: 0)
        try check([Array(("[" + String(repeating: "1234567890123,", count: 100_000) + "0]").utf8)], seed: 0)
    }
}
