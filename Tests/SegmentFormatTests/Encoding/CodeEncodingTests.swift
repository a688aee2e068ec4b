import SegmentFormat
import TestSupport
import Testing

@Suite struct CodeEncodingTests {
    static let encodings = [CodeEncoding.Form.values, .runs].flatMap { form in
        [false, true].flatMap { novelty in
            [false, true].flatMap { partner in
                [false, true].map { CodeEncoding(form, novelty: novelty, partner: partner, reference: $0) }
            }
        }
    }

    @Test(arguments: Seeds.fixed) func roundTrip(seed: UInt64) throws {
        var random = Seeds.announce(seed, "codes")
        let coder = CodeCoder()
        for rows in [1, 2, 7, 8, 9, 63, 64, 65, 500] {
            for _ in 0..<4 {
                let input = RandomCodes(&random, rows: rows)
                for encoding in Self.encodings {
                    let page = encode(input, encoding, coder)
                    try #expect(decode(page, input, coder) == input.codes, "\(encoding), \(rows) rows, seed \(seed)")
                }
            }
        }
    }

    @Test func aFullRowGroup() throws {
        var random = Seeds.announce(3, "a full row group")
        let coder = CodeCoder()
        let input = RandomCodes(&random, rows: Limits.rowsPerRowGroup)
        for encoding in Self.encodings {
            let found = try decode(encode(input, encoding, coder), input, coder)
            #expect(found == input.codes, "\(encoding)")
        }
    }

    /// What another column tells costs a bit a row, and hardly that once it is compressed.
    @Test func whatFollowsFromAnotherColumnVanishes() throws {
        var random = Seeds.announce(4, "codes of another column")
        let coder = CodeCoder()
        var input = RandomCodes(&random, rows: 1000)
        input.reference = (0..<1000).map { _ in UInt32(random.below(10)) }
        input.codes = input.reference.map { 100 + $0 * 7 }
        let page = encode(input, CodeEncoding(.values, reference: true), coder)
        // Ten symbols of one byte, and a bit for each of the other rows.
        #expect(page.count == 16 + (990 + 7) / 8 + 10)
        #expect(try decode(page, input, coder) == input.codes)
    }

    /// Unique values cost nothing but a header once novelty is used.
    @Test func uniqueValuesVanish() {
        let coder = CodeCoder()
        let input = RandomCodes(
            codes: (7..<1007).map { UInt32($0) }, firstNew: 7, distances: Array(repeating: 0, count: 1000))
        #expect(encode(input, CodeEncoding(.values, novelty: true), coder).count == 8)
    }

    /// A page with a changed byte is refused or gives other codes, one that is cut short or too long is refused.
    @Test(arguments: Seeds.fixed) func damagedPages(seed: UInt64) throws {
        var random = Seeds.announce(seed, "damaged pages of codes")
        let coder = CodeCoder()
        for _ in 0..<3 {
            let input = RandomCodes(&random, rows: 40)
            for encoding in Self.encodings {
                let page = encode(input, encoding, coder)
                for i in page.indices {
                    for _ in 0..<2 {
                        var damaged = page
                        damaged[i] ^= UInt8(1 + random.below(255))
                        _ = try? decode(damaged, input, coder)
                    }
                    #expect(throws: SegmentError.self) { try decode(Array(page[..<i]), input, coder) }
                }
                #expect(throws: SegmentError.self) { try decode(page + [0], input, coder) }
            }
        }
    }

    @Test(arguments: Seeds.fixed) func garbage(seed: UInt64) {
        var random = Seeds.announce(seed, "garbage pages of codes")
        let coder = CodeCoder()
        for _ in 0..<3000 {
            let input = RandomCodes(&random, rows: 1 + random.below(30))
            var page = random.bytes(random.below(120))
            if page.count >= 8, !random.oneIn(4) {
                // A header that is nearly right leads further in.
                page[0] &= 1
                page[1] &= 7
                page[2] = UInt8(random.below(5))
                page[3] = UInt8(random.below(5))
                page.replaceSubrange(4..<8, with: [UInt8(random.below(40)), 0, 0, 0])
                if page[1] & 4 != 0, page.count >= 16 {
                    page.replaceSubrange(8..<16, with: [0, 0, 0, 0, UInt8(random.below(40)), 0, 0, 0])
                }
            }
            _ = try? decode(page, input, coder)
        }
    }

    private func encode(_ input: RandomCodes, _ encoding: CodeEncoding, _ coder: CodeCoder) -> [UInt8] {
        var arena = ByteArena(capacity: 1)
        input.codes.withUnsafeBufferPointer { codes in
            input.distances.withUnsafeBufferPointer { distances in
                coder.encode(
                    codes, as: encoding, firstNew: input.firstNew, partners: encoding.partner ? distances : nil,
                    reference: encoding.reference ? reference(input) : nil, to: &arena)
            }
        }
        return arena.array()
    }

    private func reference(_ input: RandomCodes) -> ReferenceCodes {
        input.reference.withUnsafeBufferPointer { ReferenceCodes(0, $0, largest: input.reference.max() ?? 0) }
    }

    private func decode(_ page: [UInt8], _ input: RandomCodes, _ coder: CodeCoder) throws -> [UInt32] {
        var codes = [UInt32](repeating: .max, count: input.codes.count)
        try codes.withUnsafeMutableBufferPointer { target in
            try page.withUnsafeBytes { bytes in
                try input.distances.withUnsafeBufferPointer {
                    try coder.decode(
                        bytes, firstNew: input.firstNew, partners: $0, reference: { _ in reference(input) },
                        into: target)
                }
            }
        }
        return codes
    }
}
