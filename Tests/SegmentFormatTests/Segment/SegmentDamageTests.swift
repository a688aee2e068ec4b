import SegmentFormat
import TestSupport
import Testing

@Suite struct SegmentDamageTests {
    private func small(_ seed: UInt64, _ profile: SegmentProfile) throws -> RandomSegment {
        var random = Seeds.announce(seed, "damaged segments")
        return try RandomSegment(&random, groups: 2, rows: 12, profile: profile)
    }

    /// Every byte in turn: reading says what is wrong and where, or reads what was written.
    @Test(arguments: [SegmentProfile.young, .compacted]) func everyByteFlipped(profile: SegmentProfile) throws {
        let segment = try small(7, profile)
        let expected = segment.contents
        var unnoticed = 0
        for i in segment.bytes.indices {
            var damaged = segment.bytes
            damaged[i] ^= [0x01, 0x80, 0xff][i % 3]
            do {
                let found = try SegmentContents(reading: damaged)
                #expect(found == expected, "byte \(i) of \(segment.bytes.count)")
                unnoticed += 1
            } catch {
                #expect(error.file == "memory", "byte \(i): \(error)")
            }
        }
        print("\(profile): \(segment.bytes.count) bytes, \(unnoticed) of them without effect")
        #expect(unnoticed == 0, "every byte is under a checksum")
    }

    @Test(arguments: [SegmentProfile.young, .compacted]) func truncatedAtEveryLength(profile: SegmentProfile) throws {
        let segment = try small(8, profile)
        for length in segment.bytes.indices {
            #expect(throws: SegmentError.self, "cut to \(length) bytes") {
                _ = try SegmentContents(reading: Array(segment.bytes[..<length]))
            }
        }
        #expect(throws: SegmentError.self) { _ = try SegmentContents(reading: segment.bytes + [0]) }
        #expect(throws: SegmentError.self) { _ = try SegmentContents(reading: [0] + segment.bytes) }
    }

    /// A footer that is wrong under a right checksum: a bug of a writer, or the work of an adversary.
    @Test(arguments: Seeds.fixed) func wrongFooters(seed: UInt64) throws {
        var random = Seeds.announce(seed, "wrong footers")
        let segment = try small(9, .compacted)
        let bytes = segment.bytes
        let end = bytes.count - SegmentLayout.trailerBytes
        let start = Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: end, as: UInt64.self) })
        var footer = ByteArena()
        segment.metadata.encode(to: &footer)
        let original = footer.array()
        for round in 0..<2500 {
            var changed = original
            for _ in 0...random.below(2) {
                changed[random.below(changed.count)] =
                    random.oneIn(2) ? UInt8(random.below(256)) : UInt8(random.below(4))
            }
            if round % 50 == 0 { changed = random.bytes(random.below(200)) }
            let forged = Array(bytes[..<start]) + Self.footerPage(changed, at: UInt64(start))
            _ = try? SegmentContents(reading: forged)
        }
    }

    /// The page, stored as it is, and the trailer.
    private static func footerPage(_ footer: [UInt8], at offset: UInt64) -> [UInt8] {
        var output = ByteArena()
        output.append(integer: UInt32(footer.count))
        output.append(integer: UInt32(footer.count))
        output.append(Codec.none.rawValue)
        output.append(PageHeader.Role.footer.rawValue)
        output.append(integer: UInt16(0))
        let seed = XXH64.hash(output.bytes, seed: offset)
        output.append(integer: footer.withUnsafeBytes { XXH64.hash($0, seed: seed) })
        for byte in footer { output.append(byte) }
        var trailer = ByteArena()
        trailer.append(integer: offset)
        trailer.append(integer: UInt64(output.bytes.count))
        let position = offset + UInt64(output.bytes.count)
        trailer.append(integer: XXH64.hash(trailer.bytes, seed: position))
        trailer.append(integer: SegmentLayout.magic)
        return output.array() + trailer.array()
    }
}
