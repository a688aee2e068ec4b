import Benchmark

/// What AuditStore is made of, piece by piece, on one core. `make microbenchmark` compares their times, each divided by that of the
/// yardstick, with `Benchmarks/thresholds.json`.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = Benchmark.Configuration(
        metrics: [.wallClock, .throughput, .instructions], warmupIterations: 3, maxDuration: .milliseconds(400),
        maxIterations: 2000)
    yardstick()
    codeBenchmarks()
    integerBenchmarks()
    compressionBenchmarks()
    dictionaryBenchmarks()
    shreddingBenchmarks()
    regularExpressionBenchmarks()
}
