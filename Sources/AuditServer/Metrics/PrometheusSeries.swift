import AuditOutput
import CoreMetrics
import Synchronization

/// The values of one metric under one set of labels.
protocol PrometheusSeries: AnyObject, Sendable {
    /// - Parameter labels: `a="b",c="d"`, or empty.
    func append(_ name: String, _ labels: String, to text: inout String)
}

private func appendSample(_ name: String, _ labels: String, _ value: String, to text: inout String) {
    text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
}

private func number(_ value: Double) -> String {
    NumberText.shortest(value) ?? (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf")
}

final class PrometheusCounter: CounterHandler, PrometheusSeries {
    private let value = Mutex<Int64>(0)

    func increment(by amount: Int64) { value.withLock { $0 = $0.addingReportingOverflow(max(0, amount)).partialValue } }
    func reset() { value.withLock { $0 = 0 } }
    func append(_ name: String, _ labels: String, to text: inout String) {
        appendSample(name, labels, String(value.withLock { $0 }), to: &text)
    }
}

final class PrometheusSum: FloatingPointCounterHandler, PrometheusSeries {
    private let value = Mutex(0.0)

    func increment(by amount: Double) { value.withLock { $0 += max(0, amount) } }
    func reset() { value.withLock { $0 = 0 } }
    func append(_ name: String, _ labels: String, to text: inout String) {
        appendSample(name, labels, number(value.withLock { $0 }), to: &text)
    }
}

final class PrometheusGauge: MeterHandler, RecorderHandler, PrometheusSeries {
    private let value = Mutex(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func append(_ name: String, _ labels: String, to text: inout String) {
        appendSample(name, labels, number(value.withLock { $0 }), to: &text)
    }
}

/// Counts of values up to each bound; a timer's are seconds.
final class PrometheusHistogram: TimerHandler, RecorderHandler, PrometheusSeries {
    private struct Counts {
        /// Up to each bound and above the one before it; the last is of what is above all.
        var buckets: [Int64]
        var sum = 0.0
    }
    private let bounds: [Double]
    private let counts: Mutex<Counts>

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        // Prometheus has no bucket for what is no number.
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts.withLock {
            $0.buckets[bucket] += 1
            $0.sum += value
        }
    }

    func append(_ name: String, _ labels: String, to text: inout String) {
        let counts = counts.withLock { $0 }
        var total: Int64 = 0
        for (bound, count) in zip(bounds + [.infinity], counts.buckets) {
            total += count
            let le = "le=\"\(number(bound))\""
            appendSample("\(name)_bucket", labels.isEmpty ? le : "\(labels),\(le)", String(total), to: &text)
        }
        appendSample("\(name)_sum", labels, number(counts.sum), to: &text)
        appendSample("\(name)_count", labels, String(total), to: &text)
    }
}

/// A dimension of a metric.
struct Label: Hashable, Sendable {
    var name: String
    var value: String

    init(name: String, value: String) {
        self.name = Self.cleaned(name, allowing: UInt8(ascii: "_"))
        self.value = value
    }

    /// `a="b",c="d"`
    static func text(_ labels: [Label]) -> String {
        labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func metricName(_ name: String) -> String { cleaned(name, allowing: UInt8(ascii: ":")) }

    /// With `_` for all that a name may not have.
    private static func cleaned(_ name: String, allowing extra: UInt8) -> String {
        var bytes = name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), extra:
                byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? true {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
