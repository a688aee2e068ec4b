import Foundation
import LogSources
import SegmentFormat

/// Data that is the same on every machine.
enum Samples {
    /// A generator of numbers by Sebastiano Vigna (SplitMix64).
    struct Random {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    }

    static let rows = Limits.rowsPerRowGroup

    private static let fixtures = #filePath.replacing(/Benchmarks\/Benchmarks\/Micro\/[^\/]*$/, with: "Tests/Fixtures/")

    /// A real log of an apiserver (2,000 events and their bodies), or `edge`: what JSON allows and nobody writes.
    static func log(_ name: String) -> [UInt8] {
        do {
            let stream = try decompressing(FileByteStream(path: fixtures + name + ".ndjson.zst"))
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 1 << 20)
            while case let n = try piece.withUnsafeMutableBytes({ try stream.read(into: $0) }), n > 0 {
                bytes += piece[..<n]
            }
            return bytes
        } catch { fatalError("\(name): \(error)") }
    }

    /// The lines of a log without bodies: metadata only, as most logs are.
    static func withoutBodies(_ log: [UInt8]) -> [UInt8] {
        log.split(separator: 0x0a).filter { line in
            !String(decoding: line, as: UTF8.self).contains(/"(request|response)Object":/)
        }.flatMap { $0 + [0x0a] }
    }
}
