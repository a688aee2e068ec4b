import CoreMetrics
import Testing

@testable import AuditServer

@Suite struct PrometheusTests {
    @Test func exposition() {
        let registry = PrometheusRegistry()
        registry.describe("events_total", "Events,\nwith a \\.")
        Counter(label: "events_total", dimensions: [("cluster", "a\"b\\c\nd")], factory: registry).increment(by: 3)
        Counter(label: "events_total", dimensions: [("cluster", "a")], factory: registry).increment()
        Counter(label: "events_total", dimensions: [("cluster", "a")], factory: registry).increment(by: 2)
        Gauge(label: "some.gauge", factory: registry).record(1.5)
        Gauge(label: "some.gauge", factory: registry).record(-2)
        Counter(label: "some.gauge", factory: registry).increment()
        #expect(
            registry.text == """
                # HELP events_total Events,\\nwith a \\\\.
                # TYPE events_total counter
                events_total{cluster="a"} 3
                events_total{cluster="a\\"b\\\\c\\nd"} 3
                # TYPE some_gauge gauge
                some_gauge -2

                """)
    }

    @Test func histogram() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "t_seconds", dimensions: [("endpoint", "x")], factory: registry)
        for nanoseconds in [500_000, 1_000_000, 40_000_000, 60_000_000_000] as [Int64] {
            timer.recordNanoseconds(nanoseconds)
        }
        let lines = registry.text.split(separator: "\n")
        #expect(lines.contains("t_seconds_bucket{endpoint=\"x\",le=\"0.001\"} 2"))
        #expect(lines.contains("t_seconds_bucket{endpoint=\"x\",le=\"0.025\"} 2"))
        #expect(lines.contains("t_seconds_bucket{endpoint=\"x\",le=\"0.05\"} 3"))
        #expect(lines.contains("t_seconds_bucket{endpoint=\"x\",le=\"30\"} 3"))
        #expect(lines.contains("t_seconds_bucket{endpoint=\"x\",le=\"+Inf\"} 4"))
        #expect(lines.contains("t_seconds_sum{endpoint=\"x\"} 60.0415"))
        #expect(lines.contains("t_seconds_count{endpoint=\"x\"} 4"))
        #expect(lines.filter { $0.hasPrefix("t_seconds_bucket") }.count == PrometheusRegistry.bounds.count + 1)
    }

    /// Whoever chooses a label's value cannot fill the memory with series.
    @Test func seriesAreBounded() {
        let registry = PrometheusRegistry()
        for i in 0..<PrometheusRegistry.seriesPerFamily + 50 {
            Counter(label: "n_total", dimensions: [("cluster", "c\(i)")], factory: registry).increment()
        }
        let lines = registry.text.split(separator: "\n").filter { $0.hasPrefix("n_total{") }
        #expect(lines.count == PrometheusRegistry.seriesPerFamily + 1)
        #expect(lines.contains("n_total{cluster=\"_other\"} 50"))
    }
}
