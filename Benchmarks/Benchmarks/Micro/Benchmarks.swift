import Benchmark

/// What AuditStore is made of, piece by piece, on one core.
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
