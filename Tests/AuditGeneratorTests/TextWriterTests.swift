import Foundation
import Testing

@testable import AuditGenerator

/// The pieces of text, checked against Foundation's.
@Suite struct TextWriterTests {
    private func text(_ write: (inout TextWriter) -> Void) -> String {
        var writer = TextWriter(capacity: 128)
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func decimals() {
        var random = Random(5)
        for value in [0, 9, 10, 99, 100, UInt64(Int64.max), .max] + (0..<200).map({ random.next() >> ($0 % 64) }) {
            #expect(text { $0.put(decimal: value) } == String(value))
        }
    }

    @Test func hexadecimalsAndIdentities() {
        var random = Random(6)
        for _ in 0..<200 {
            let (high, low) = (random.next(), random.next())
            #expect(text { $0.put(hexadecimal: high) } == String(format: "%016lx", high))
            let identity = text { $0.put(uuid: high, low, version: 8) }
            #expect(UUID(uuidString: identity)?.uuidString.lowercased() == identity)
            let digits = Array(identity)
            #expect(digits[14] == "8" && "89ab".contains(digits[19]))
            #expect(identity.replacing("-", with: "").prefix(12) == String(format: "%016lx", high).prefix(12))
        }
    }

    @Test func times() {
        let form = ISO8601DateFormatter()
        form.formatOptions = [.withInternetDateTime]
        var random = Random(7)
        let starts: [Int64] = [0, 951_782_400, 1_709_164_800, 1_759_276_800, 4_107_542_399]
        for second in starts + (0..<300).map({ _ in Int64(random.below(7_258_118_399)) }) {
            let expected = form.string(from: Date(timeIntervalSince1970: Double(second)))
            #expect(text { $0.put(time: second * Span.second) } == expected)
            #expect(text { $0.put(microTime: second * Span.second + 4217) } == expected.dropLast() + ".004217Z")
        }
    }

    @Test(
        arguments: [
            (999 as UInt64, "999ns"), (26_980, "26.98µs"), (614_100_000, "614.1ms"), (653_641_510, "653.64151ms"),
            (1_000_000_000, "1s"), (62_500_000_000, "1m2.5s"), (3_000_000, "3ms"),
        ])
    func durationsAsGoPrintsThem(nanoseconds: UInt64, expected: String) {
        #expect(text { $0.put(duration: nanoseconds) } == expected)
    }

    @Test func growsForAnEventThatDoesNotFit() {
        let long = text { writer in
            for _ in 0..<100 {
                writer.reserve(64)
                writer.put(address: 0x0A28_0005)
            }
        }
        #expect(long == String(repeating: "10.40.0.5", count: 100))
    }

    @Test func randomnessIsAsDescribed() {
        var random = Random(8)
        var sum = 0.0
        var low = 0
        var places = [Int](repeating: 0, count: 10)
        for _ in 0..<100_000 {
            sum += random.unit()
            if random.logNormal(median: 4000, spread: 1) < 4000 { low += 1 }
            places[random.skewed(10)] += 1
        }
        #expect(abs(sum / 100_000 - 0.5) < 0.01)
        #expect(abs(Double(low) / 100_000 - 0.5) < 0.02)
        #expect(zip(places, places.dropFirst()).allSatisfy { $0 > $1 })
        #expect(places[0] > places[9] * 5)
    }
}
