import Testing

@testable import AuditStore

@Suite struct SelectionTests {
    /// Values of all kinds of distributions: what quickselect stumbles over are repeats and orders.
    private static func values(_ random: inout SeededGenerator) -> [Int64] {
        let count = Int.random(in: 1...3000, using: &random)
        let range: ClosedRange<Int64> = [0...0, 0...3, -1000...1000, .min ... .max].randomElement(using: &random)!
        var values = (0..<count).map { _ in Int64.random(in: range, using: &random) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: values.sort()
        case 1: values.sort(by: >)
        case 2: for i in values.indices where i % 2 == 0 { values[i] = 0 }
        default: break
        }
        return values
    }

    @Test func ranksAreAsIfSorted() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<400 {
            var values = Self.values(&random)
            let sorted = values.sorted()
            let ranks = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Int.random(in: 0..<values.count, using: &random)
            }.sorted()
            try values.withUnsafeMutableBufferPointer { try Selection.select(ranks, in: $0) }
            #expect(ranks.map { values[$0] } == ranks.map { sorted[$0] })
            #expect(values.sorted() == sorted)
        }
    }
}
