import Benchmark
import Shredding

/// Values of a column are given codes: known ones, and new ones.
func dictionaryBenchmarks() {
    for (name, cardinality) in [("a hundred", 100), ("ten thousand", 10_000), ("all different", Samples.rows)] {
        var random = Samples.Random(state: 3)
        let values = (0..<Samples.rows).map { row -> [UInt8] in
            let number = cardinality == Samples.rows ? row : random.below(cardinality)
            return Array("\"system:serviceaccount:team-\(number % 97):worker-\(number)\"".utf8)
        }
        Benchmark("dictionary: \(name)") { benchmark in
            var dictionary = ValueDictionary()
            benchmark.startMeasurement()
            var last: UInt32 = 0
            for value in values { last = value.withUnsafeBytes { dictionary.code($0.baseAddress!, $0.count) } }
            benchmark.stopMeasurement()
            blackHole(last)
        }
    }
}
