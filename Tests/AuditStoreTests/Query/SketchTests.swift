import Testing

@testable import AuditStore

@Suite struct SketchTests {
    private static func sketch(_ count: Int, seed: UInt64) -> DistinctSketch {
        var random = SeededGenerator(seed: seed)
        var sketch = DistinctSketch()
        for _ in 0..<count {
            let hash = random.next()
            sketch.insert(hash)
            // Again: what is there counts once.
            if hash & 3 == 0 { sketch.insert(hash) }
        }
        return sketch
    }

    @Test(arguments: [0, 1, 2, 16, 17, 500, 1023, 1024])
    func fewValuesAreCountedExactly(count: Int) {
        #expect(Self.sketch(count, seed: UInt64(count)).estimate == count)
    }

    /// The mean square error over many seeds is what the documentation says, and the mean error is about none.
    @Test(arguments: [1025, 3000, 20_000, 50_000, 200_000])
    func error(count: Int) {
        let seeds = 1...40
        let errors = seeds.map { seed in
            Double(Self.sketch(count, seed: UInt64(seed * 7919 + count)).estimate) / Double(count) - 1
        }
        let meanSquare = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
        let mean = errors.reduce(0, +) / Double(errors.count)
        #expect(meanSquare < 0.0081 * 1.4, "\(count): \(errors)")
        #expect(abs(mean) < 0.0081 * 4 / Double(errors.count).squareRoot(), "\(count): \(mean)")
    }

    @Test(arguments: 1...5)
    func orderPlaysNoPart(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let hashes = (0..<5000).map { _ in random.next() }
        var sketches = [DistinctSketch(), DistinctSketch()]
        for hash in hashes { sketches[0].insert(hash) }
        for hash in hashes.shuffled(using: &random) { sketches[1].insert(hash) }
        #expect(sketches[0].estimate == sketches[1].estimate, "seed \(seed)")
    }

    @Test(arguments: 1...10)
    func logarithmicBuckets(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var values: [Int64] = [0, 1, -1, 127, 128, 129, .max, .min + 1]
        for _ in 0..<5000 {
            values.append(Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random))
        }
        values.sort()
        var former: UInt32 = 0
        for value in values {
            let number = LogarithmicBuckets.number(value)
            #expect(number >= former, "seed \(seed): \(value)")
            former = number
            let error = abs(LogarithmicBuckets.value(number) - Double(value))
            #expect(error <= abs(Double(value)) * (1.0 / 129 + 1e-12), "seed \(seed): \(value)")
        }
    }

    @Test(arguments: 1...10)
    func histogramBuckets(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<300 {
            let width = Int64.random(in: 1...1000, using: &random)
            let value = Int64.random(in: -100_000...100_000, using: &random)
            // By counting down and up instead of dividing.
            var expected: Int64 = 0
            while expected * width > value { expected -= 1 }
            while (expected + 1) * width <= value { expected += 1 }
            #expect(HistogramRule.width(.integer(width)).bucket(.integer(value)) == expected, "seed \(seed)")
            #expect(HistogramRule.width(.duration(width)).bucket(.duration(value)) == expected, "seed \(seed)")
            let rule = HistogramRule.width(.duration(width))
            #expect(HistogramRule.bucket(code: rule.code(microseconds: value)) == expected, "seed \(seed)")
            let bounds = Set((0..<5).map { _ in Int64.random(in: -100_000...100_000, using: &random) }).sorted()
            #expect(
                HistogramRule.boundaries(bounds.map { .integer($0) }).bucket(.integer(value))
                    == Int64(bounds.filter { $0 <= value }.count), "seed \(seed)")
        }
    }
}
