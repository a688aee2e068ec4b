import TestSupport
import Testing

@testable import SegmentFormat

struct FragmentTests {
    /// What is read past the end of new bytes.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0xff, count: 32) }

    /// A page of random texts, each of new bytes and copies of any earlier ones, and the bytes it stands for.
    static func page(_ random: inout SeededRandom) -> (stored: [UInt8], raw: [UInt8]) {
        var encoder = FragmentEncoder()
        var texts: [UInt8] = []
        var lengths: [Int] = []
        for _ in 0..<random.below(60) {
            let start = texts.count
            let mark = encoder.mark
            let isForgotten = random.oneIn(5)
            for _ in 0..<random.below(8) where start > 0 {
                let new = random.bytes(random.below(40))
                // From far back, from the text itself, or from the new bytes, repeating them.
                let distance = 1 + random.below(texts.count + new.count)
                let length = 1 + random.below(200)
                padded(new).withUnsafeBytes {
                    encoder.append(
                        $0.baseAddress!, count: new.count, copying: length,
                        distance: distance)
                }
                texts += new
                for _ in 0..<length { texts.append(texts[texts.count - distance]) }
            }
            let rest = random.bytes(1 + random.below(300))
            if isForgotten {
                encoder.goBack(to: mark)
                texts.removeSubrange(start...)
            } else {
                texts += rest
                padded(rest).withUnsafeBytes {
                    encoder.finishText($0.baseAddress!, count: rest.count, length: texts.count - start)
                }
                lengths.append(texts.count - start)
            }
        }
        var raw = ByteArena()
        raw.append(varint: lengths.count)
        for length in lengths { raw.append(varint: length) }
        texts.withUnsafeBytes { raw.append($0) }
        var output = ByteArena(capacity: 100)
        Compressor().append(&encoder, to: &output)
        #expect(encoder.pageBytes == raw.count && encoder.count == lengths.count && encoder.rawCount == texts.count)
        return (output.array(), raw.array())
    }

    static func decode(_ stored: [UInt8], count: Int) throws -> [UInt8] {
        // Exactly as large as it may write, so that the sanitizer sees a byte too many.
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 1)
        defer { target.deallocate() }
        try stored.withUnsafeBytes { try FragmentDecoder.decode($0, into: target.baseAddress!, count: count) }
        return Array(target[..<count])
    }

    @Test(arguments: Seeds.fixed) func roundTrip(seed: UInt64) throws {
        var random = Seeds.announce(seed, "pages of fragments")
        for _ in 0..<300 {
            let (stored, raw) = Self.page(&random)
            #expect(try Self.decode(stored, count: raw.count) == raw)
        }
    }

    @Test(arguments: Seeds.fixed) func damage(seed: UInt64) throws {
        var random = Seeds.announce(seed, "damaged pages of fragments")
        for _ in 0..<60 {
            let (stored, raw) = Self.page(&random)
            for _ in 0..<400 {
                var bad = stored
                for _ in 0..<Int.random(in: 1..<4, using: &random) {
                    bad[Int.random(in: 0..<bad.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random) { bad.removeLast(Int.random(in: 0..<bad.count, using: &random)) }
                let count = Bool.random(using: &random) ? raw.count : Int.random(in: 0..<raw.count * 2, using: &random)
                _ = try? Self.decode(bad, count: count)
            }
        }
    }

    /// Commands that are not compressed, so that damage reaches them.
    @Test(arguments: Seeds.fixed) func hostileCommands(seed: UInt64) throws {
        var random = Seeds.announce(seed, "hostile commands of fragments")
        for _ in 0..<20000 {
            var bytes = ByteArena()
            defer { extendLifetime(bytes) }
            let commands = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...20, using: &random) : .random(in: 0...255, using: &random)
            }
            let literals = [UInt8](repeating: 7, count: .random(in: 0..<60, using: &random))
            bytes.append(integer: UInt32(commands.count)); bytes.append(integer: UInt32(commands.count));
            bytes.append(integer: UInt32(literals.count))
            let stored = bytes.array() + commands + literals
            _ = try? Self.decode(stored, count: .random(in: 0..<300, using: &random))
        }
    }
}
