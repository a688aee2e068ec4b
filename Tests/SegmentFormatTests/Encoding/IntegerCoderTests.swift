import SegmentFormat
import TestSupport
import Testing

@Suite struct IntegerCoderTests {
    /// Values of a row group: some absent, some equal to the partner's, some as far apart as integers go.
    struct Input {
        var values: [Int64]
        var present: [Bool]
        var reference: [Int64]
        var distances: [UInt16]

        init(_ random: inout SeededRandom, rows: Int) {
            distances = (0..<rows).map { random.oneIn(3) && $0 > 0 ? UInt16(1 + random.below($0)) : 0 }
            present = (0..<rows).map { _ in !random.oneIn(4) }
            reference = (0..<rows).map { _ in 1_718_510_400_000_000 + Int64(random.below(1 << 20)) }
            values = []
            for row in 0..<rows {
                if distances[row] != 0, random.oneIn(2) {
                    values.append(values[row - Int(distances[row])])
                } else if random.oneIn(10) {
                    values.append(random.pick([.min, .max, 0, -1, Int64(bitPattern: random.next())]))
                } else {
                    values.append(reference[row] + Int64(random.below(100_000)) - 50_000)
                }
            }
        }

        var expected: [Int64] { zip(values, present).map { $1 ? $0 : 0 } }
    }

    static let ways = [IntegerForm.delta, .relative].flatMap { form in [false, true].map { (form, $0) } }

    @Test(arguments: Seeds.fixed) func roundTrip(seed: UInt64) throws {
        var random = Seeds.announce(seed, "integers")
        for rows in [1, 2, 8, 9, 64, 500] {
            for _ in 0..<5 {
                let input = Input(&random, rows: rows)
                for (form, partner) in Self.ways {
                    let page = encode(input, form, partner)
                    try #expect(decode(page, input) == input.expected, "\(form), partner \(partner), \(rows) rows")
                }
            }
        }
    }

    @Test(arguments: Seeds.fixed) func damagedPages(seed: UInt64) throws {
        var random = Seeds.announce(seed, "damaged pages of integers")
        for (form, partner) in Self.ways {
            let input = Input(&random, rows: 30)
            let page = encode(input, form, partner)
            for i in page.indices {
                var damaged = page
                damaged[i] ^= UInt8(1 + random.below(255))
                _ = try? decode(damaged, input)
                #expect(throws: SegmentError.self) { try decode(Array(page[..<i]), input) }
            }
        }
    }

    @Test(arguments: Seeds.fixed) func garbage(seed: UInt64) {
        var random = Seeds.announce(seed, "garbage pages of integers")
        for _ in 0..<3000 {
            let input = Input(&random, rows: 1 + random.below(20))
            var page = random.bytes(random.below(150))
            if page.count >= 8, !random.oneIn(4) {
                page[0] &= 1
                page[1] &= 2
                page[2] = UInt8(random.below(9))
                page.replaceSubrange(3..<8, with: [0, UInt8(random.below(25)), 0, 0, 0])
            }
            _ = try? decode(page, input)
        }
    }

    private func encode(_ input: Input, _ form: IntegerForm, _ partner: Bool) -> [UInt8] {
        var arena = ByteArena(capacity: 1)
        input.distances.withUnsafeBufferPointer { distances in
            IntegerCoder.encode(
                input.values, rows: input.values.count, isPresent: { input.present[$0] }, form: form,
                reference: input.reference, partners: partner ? distances : nil, to: &arena)
        }
        return arena.array()
    }

    private func decode(_ page: [UInt8], _ input: Input) throws -> [Int64] {
        var found = [Int64](repeating: .max, count: input.values.count)
        try page.withUnsafeBytes { bytes in
            try input.distances.withUnsafeBufferPointer { distances in
                try IntegerCoder.decode(
                    bytes, rows: input.values.count, isPresent: { input.present[$0] }, reference: input.reference,
                    partners: distances, into: &found)
            }
        }
        return found
    }
}
