import AuditStore
import Benchmark
import Foundation
import KubernetesAudit
import QuerySuite

/// Loading, and the twelve questions, of a log: the one that BENCHMARK_LOG names. `make macrobenchmark` runs them on the sample and on
/// generated events.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = Benchmark.Configuration(
        metrics: [.wallClock, .throughput, .cpuTotal, .peakMemoryResident], warmupIterations: 2,
        maxDuration: .seconds(1),
        maxIterations: 1000)
    guard let path = ProcessInfo.processInfo.environment["BENCHMARK_LOG"] else {
        // The tool lists the benchmarks before it runs them, and needs a name for each.
        return print("BENCHMARK_LOG names no log")
    }
    let log = Log(path: path)
    Benchmark("load on one core") { benchmark in try await log.load(benchmark, threads: 1) }
    Benchmark("load on two cores") { benchmark in try await log.load(benchmark, threads: 2) }
    for number in 1...12 {
        Benchmark("Q\(number)") { benchmark in
            let suite = try await log.suite("Q\(number)")
            benchmark.startMeasurement()
            blackHole(try await suite.rows())
            benchmark.stopMeasurement()
        }
    }
}
