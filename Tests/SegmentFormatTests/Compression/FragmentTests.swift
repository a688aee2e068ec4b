import TestSupport
import Testing

@testable import SegmentFormat

struct FragmentTests {
    static func texts(_ random: inout SystemRandomNumberGenerator) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        for i in 0..<60 {
            if i > 0, Bool.random(using: &random) {
                var t = texts.randomElement(using: &random)!
                for _ in 0..<Int.random(in: 0..<4, using: &random) where !t.isEmpty {
                    let at = Int.random(in: 0..<t.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: t[at] = UInt8.random(in: 32..<127, using: &random)
                    case 1: t.insert(0x2c, at: at)
                    default: t.removeSubrange(at..<min(t.count, at + Int.random(in: 0..<40, using: &random)))
                    }
                }
                texts.append(t)
            } else {
                let kind = Int.random(in: 0..<3, using: &random)
                texts.append(
                    (0..<Int.random(in: 0..<600, using: &random)).map { _ in
                        kind == 0
                            ? 0x2c
                            : kind == 1
                                ? UInt8.random(in: 0x2b..<0x2e, using: &random)
                                : UInt8.random(in: 32..<127, using: &random)
                    })
            }
        }
        return texts
    }

    static func page(_ texts: [[UInt8]]) -> (stored: [UInt8], raw: [UInt8]) {
        let compressor = Compressor()
        var memory: [UnsafeMutableRawBufferPointer] = []
        let head: [UInt8] = [1, 2, 3]
        head.withUnsafeBytes { compressor.fragments.start($0) }
        for text in texts {
            let m = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count + 64, alignment: 1)
            m.copyBytes(from: text)
            for i in text.count..<text.count + 64 { m[i] = 0x2c }
            memory.append(m)
            compressor.fragments.append(UnsafeRawBufferPointer(rebasing: m[..<text.count]))
        }
        var output = ByteArena(capacity: 100)
        compressor.appendFragments(to: &output)
        for m in memory { m.deallocate() }
        let raw = head + texts.flatMap { $0 }
        precondition(compressor.fragments.rawCount == raw.count)
        return (output.array(), raw)
    }

    static func decode(_ stored: [UInt8], count: Int) throws -> [UInt8] {
        // Exactly as large as it may write, so that the sanitizer sees a byte too many.
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 1)
        defer { target.deallocate() }
        try stored.withUnsafeBytes { try FragmentDecoder.decode($0, into: target.baseAddress!, count: count) }
        return Array(target[..<count])
    }

    @Test func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let (stored, raw) = Self.page(Self.texts(&random))
            #expect(try Self.decode(stored, count: raw.count) == raw)
        }
    }

    @Test func damage() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            let (stored, raw) = Self.page(Self.texts(&random))
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
    @Test func hostileCommands() throws {
        var random = SystemRandomNumberGenerator()
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
