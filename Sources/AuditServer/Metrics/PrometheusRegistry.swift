public import CoreMetrics
import Synchronization

/// The metrics of a process in Prometheus' text format, version 0.0.4: a factory for swift-metrics, of what the server uses of it.
///
/// Counters, gauges (`Gauge`, `Meter`) and histograms (`Timer` in seconds, aggregating `Recorder`). Labels are the dimensions. A name is of one
/// kind: what asks for it as another one gets a metric that nobody sees.
public final class PrometheusRegistry: MetricsFactory {
    enum Kind: String { case counter, gauge, histogram }

    /// The series of one name.
    private struct Family {
        var kind: Kind
        var series: [[Label]: any PrometheusSeries] = [:]
    }
    private struct State {
        var families: [String: Family] = [:]
        var help: [String: String] = [:]
    }
    private let state = Mutex(State())

    /// Series of one name: whoever may choose a label's value must not fill the memory with them. Those that come later share one.
    static let seriesPerFamily = 1000
    /// Upper bounds of histograms, in seconds: from a commit on a fast disk to the apiserver's time-out.
    static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    public init() {}

    /// Sets the text that explains a metric.
    public func describe(_ name: String, _ help: String) { state.withLock { $0.help[name] = help } }

    private func series<Series: PrometheusSeries>(
        _ name: String, _ dimensions: [(String, String)], _ kind: Kind, _ make: () -> Series
    ) -> Series {
        let name = Label.metricName(name)
        return state.withLock { state in
            var labels = dimensions.map { Label(name: $0, value: $1) }.sorted { $0.name < $1.name }
            var family = state.families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return make() }
            if family.series[labels] == nil, family.series.count >= Self.seriesPerFamily {
                labels = labels.map { Label(name: $0.name, value: "_other") }
            }
            if let known = family.series[labels] { return known as? Series ?? make() }
            let made = make()
            family.series[labels] = made
            state.families[name] = family
            return made
        }
    }

    /// All metrics, by name and label.
    public var text: String {
        let state = state.withLock { $0 }
        var text = ""
        for (name, family) in state.families.sorted(by: { $0.key < $1.key }) {
            if let help = state.help[name] { text += "# HELP \(name) \(Label.escaped(help, quotes: false))\n" }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            let series = family.series.map { (labels: Label.text($0.key), $0.value) }.sorted { $0.labels < $1.labels }
            for (labels, series) in series { series.append(name, labels, to: &text) }
        }
        return text
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { PrometheusCounter() }
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { PrometheusSum() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { PrometheusGauge() }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { PrometheusGauge() } }
        return series(label, dimensions, .histogram) { PrometheusHistogram(bounds: Self.bounds) }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { PrometheusHistogram(bounds: Self.bounds) }
    }

    // A series that went would count from zero when it comes back.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
}
