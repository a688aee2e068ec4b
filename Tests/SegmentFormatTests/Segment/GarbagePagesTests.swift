import SegmentFormat
import TestSupport
import Testing

@testable import SegmentFormat

/// Bytes under a right checksum that no writer wrote: decoders answer with an error.
@Suite struct GarbagePagesTests {
    @Test(arguments: Seeds.fixed) func dictionaryPages(seed: UInt64) {
        var random = Seeds.announce(seed, "garbage dictionary pages")
        var decoded = 0
        for _ in 0..<3000 {
            let count = random.below(6)
            let lengths = (0..<count).map { _ in UInt8(random.below(9)) }
            var page = [UInt8(count)] + lengths + random.bytes(lengths.reduce(0) { $0 + Int($1) })
            if !random.oneIn(3), !page.isEmpty { page[random.below(page.count)] = UInt8(random.below(256)) }
            if random.oneIn(5) { page = random.bytes(random.below(40)) }
            let info = DictionaryPageInfo(page: PageReference(offset: 0, length: 0), firstCode: 1, count: UInt32(count))
            page.withUnsafeBytes { bytes in
                var page = ByteArena(capacity: bytes.count)
                page.append(bytes)
                guard let dictionary = try? DictionaryPage(page, info: info) else { return }
                for i in 0..<dictionary.count { decoded += dictionary[i].count }
            }
        }
        #expect(decoded > 0)
    }

    @Test(arguments: Seeds.fixed) func footers(seed: UInt64) {
        var random = Seeds.announce(seed, "garbage footers")
        for _ in 0..<3000 {
            let bytes = random.bytes(random.below(200)).map { random.oneIn(2) ? $0 & 3 : $0 }
            bytes.withUnsafeBytes { _ = try? SegmentMetadata(decoding: $0) }
        }
    }

    @Test(arguments: [Codec.none, .lz4, .zstd, .fragments], Seeds.fixed) func compressedBytes(
        codec: Codec, seed: UInt64
    ) {
        var random = Seeds.announce(seed, "garbage for \(codec)")
        let compressor = Compressor()
        for _ in 0..<1000 {
            let original = (0..<random.below(400)).map { _ in UInt8(random.below(4)) }
            var compressed = ByteArena()
            let policy = codec == .lz4 ? CompressionPolicy.fast() : .strong(level: 3)
            _ = original.withUnsafeBytes { compressor.append($0, to: &compressed, policy: policy) }
            var bytes = codec == .fragments ? Self.fragments(&random) : compressed.array()
            for _ in 0..<random.below(4) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] ^= UInt8(random.below(256))
            }
            if random.oneIn(4) { bytes = random.bytes(random.below(100)) }
            let size = random.oneIn(2) ? original.count : random.below(1000)
            var target = ByteArena(capacity: size)
            bytes.withUnsafeBytes { _ = try? decompress($0, codec: codec, into: target.base, count: size) }
            target.removeAll()
        }
    }

    /// Stored commands and literals that are nearly right.
    private static func fragments(_ random: inout SeededRandom) -> [UInt8] {
        let commands = (0..<random.below(6) * 3).map { _ in UInt8(random.below(random.oneIn(8) ? 256 : 12)) }
        let literals = random.bytes(random.below(60))
        var page = ByteArena()
        page.append(integer: UInt32(commands.count))
        page.append(integer: UInt32(commands.count))
        page.append(integer: UInt32(literals.count))
        return page.array() + commands + literals
    }

    @Test func codecsComeBack() throws {
        let original = (0..<5000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for policy in [CompressionPolicy.fast(), .strong(level: 3), .strong(level: 19)] {
            var compressed = ByteArena()
            let codec = original.withUnsafeBytes { Compressor().append($0, to: &compressed, policy: policy) }
            #expect(codec != .none && compressed.bytes.count < original.count)
            var target = ByteArena(capacity: original.count)
            try decompress(compressed.bytes, codec: codec, into: target.base, count: original.count)
            target.commit(original.count)
            #expect(target.array() == original)
            extendLifetime(compressed)
        }
    }
}
