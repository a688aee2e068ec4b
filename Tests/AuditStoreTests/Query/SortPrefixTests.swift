import SegmentFormat
import Testing

@testable import AuditStore

@Suite struct SortPrefixTests {
    private static func value(_ random: inout SeededGenerator) -> EventValue? {
        let text = { (random: inout SeededGenerator) in
            String((0..<Int.random(in: 0..<12, using: &random)).map { _ in "aab\u{0}ü".randomElement(using: &random)! })
        }
        switch Int.random(in: 0..<11, using: &random) {
        case 0: return nil
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: -3...3, using: &random))
        case 3: return .integer(Int64(bitPattern: random.next()))
        case 4: return EventValue(number: Double.random(in: -3...3, using: &random))
        case 5: return EventValue(number: Double.random(in: -1e300...1e300, using: &random))
        case 6: return .time(Instant(microseconds: Int64(bitPattern: random.next())))
        case 7: return .duration(Int64.random(in: -40...40, using: &random))
        case 8: return .json(text(&random))
        case 9: return .list([.string(text(&random))])
        default: return .string(text(&random))
        }
    }

    @Test func wordsAreOrderedAsValues() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            // Few kinds together, or strings alone, which have more in common.
            var values = (0..<60).map { _ in Self.value(&random) }
            if Bool.random(using: &random) {
                values = values.map { value in
                    if case .string(let text)? = value { .string("prefix " + text) } else { nil }
                }
            }
            var prefix = SortPrefix()
            for value in values { prefix.prepare(value) }
            for a in values {
                for b in values {
                    let (x, y) = (prefix.word(a), prefix.word(b))
                    let order = a.map { a in b.map { a.order(to: $0) } ?? -1 } ?? (b == nil ? 0 : 1)
                    if x != y { #expect((x < y) == (order < 0)) } else if prefix.isExact { #expect(order == 0) }
                    #expect(a == nil || x <= SortPrefix.largest)
                }
            }
        }
    }

    @Test func groupsSurviveATemporaryFile() throws {
        var random = SeededGenerator(seed: 4)
        let values = (0..<2000).map { _ in Self.value(&random) }
        var arena = ByteArena()
        defer { extendLifetime(arena) }
        for value in values { GroupRowCoding.append(value, to: &arena) }
        var reader = ByteReader(arena.bytes, context: "a test")
        for value in values { #expect(try GroupRowCoding.value(&reader) == value) }
        #expect(reader.remaining == 0)
        // Garbage is an error, and never more.
        let bytes = arena.array()
        for _ in 0..<2000 {
            var damaged = Array(bytes.dropFirst(Int.random(in: 0..<bytes.count, using: &random)).prefix(200))
            damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            damaged.withUnsafeBytes { damaged in
                var reader = ByteReader(damaged, context: "a test")
                while (try? GroupRowCoding.result(&reader)) != nil {}
            }
        }
    }

    @Test func chunksHoldWhatWasAppended() {
        var array = ChunkedArray<Int>()
        array.append(contentsOf: Array(0..<40_000))
        for i in 40_000..<70_000 { array.append(i) }
        array.append(contentsOf: [])
        #expect(array.count == 70_000 && array.elementsEqual(0..<70_000))
        let copy = array
        array[16_384] = -1
        #expect(copy[16_384] == 16_384 && array[16_384] == -1)
    }

    @Test func countsOfPairsAreValues() {
        var counts = PairCounts(capacity: 0)
        for i in 0..<5000 { counts.add(UInt64(i % 700) << 32, 1) }
        let copy = counts
        counts.add(5 << 32, 100)
        #expect(copy.count == 700 && copy.array.reduce(0) { $0 + $1.count } == 5000)
        #expect(counts.array.first { $0.key == 5 << 32 }?.count == 108)
    }
}
