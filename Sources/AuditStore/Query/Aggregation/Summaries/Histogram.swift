/// How values are put into the buckets of a histogram. Bounds are numbers, or durations for a field of durations.
package enum HistogramRule: Sendable, Hashable {
    /// Equal widths from 0 on, to both sides; only buckets with values are in the answer.
    case width(EventValue)
    /// Ascending bounds; the first bucket is below all of them, the last at or above the last one. All are in the answer.
    case boundaries([EventValue])
}

/// A bucket: values from `lower` on, below `upper`; nil where it has no end.
package struct CountedRange: Sendable, Hashable {
    package var lower: EventValue?
    package var upper: EventValue?
    package var count: Int
}

extension HistogramRule {
    /// Buckets beyond this many widths from 0 are counted in the outermost one.
    private static let outermost = Int64(Int32.max)

    /// The bucket of a value, ascending; nil for what is no number.
    func bucket(_ value: EventValue) -> Int64? {
        switch (self, value) {
        case (.width(.duration(let width)), .duration(let value)): return Self.floor(value, width)
        case (.width(.integer(let width)), .integer(let value)): return Self.floor(value, width)
        case (.width(let width), .integer), (.width(let width), .double):
            guard let width = width.number, let number = value.number else { return nil }
            let quotient = (number / width).rounded(.down)
            return Int64(Swift.min(Swift.max(quotient, Double(-Self.outermost)), Double(Self.outermost)))
        case (.boundaries(let bounds), .integer), (.boundaries(let bounds), .double),
            (.boundaries(let bounds), .duration):
            var low = 0
            var high = bounds.count
            while low < high {
                let middle = (low + high) / 2
                if bounds[middle].order(to: value) <= 0 { low = middle + 1 } else { high = middle }
            }
            return Int64(low)
        default: return nil
        }
    }

    /// The same for durations in a loop over rows, as an ascending code.
    func code(microseconds: Int64) -> UInt32 {
        let bucket: Int64 =
            if case .width(.duration(let width)) = self {
                Self.floor(microseconds, width)
            } else {
                self.bucket(.duration(microseconds)) ?? 0
            }
        return UInt32(truncatingIfNeeded: bucket &+ Self.outermost)
    }

    static func bucket(code: UInt32) -> Int64 { Int64(code) - outermost }

    private static func floor(_ value: Int64, _ width: Int64) -> Int64 {
        let quotient = value / width - (value % width < 0 ? 1 : 0)
        return Swift.min(Swift.max(quotient, -outermost), outermost)
    }

    /// The answer from ascending buckets and their counts.
    func ranges(_ counts: [(bucket: Int64, count: UInt64)]) -> [CountedRange] {
        switch self {
        case .width(let width):
            return counts.map { bucket, count in
                CountedRange(
                    lower: Self.multiple(width, bucket), upper: Self.multiple(width, bucket + 1), count: Int(count))
            }
        case .boundaries(let bounds):
            var ranges = (0...bounds.count).map { i in
                CountedRange(
                    lower: i > 0 ? bounds[i - 1] : nil, upper: i < bounds.count ? bounds[i] : nil, count: 0)
            }
            for (bucket, count) in counts { ranges[Int(bucket)].count += Int(count) }
            return ranges
        }
    }

    private static func multiple(_ width: EventValue, _ n: Int64) -> EventValue? {
        switch width {
        case .duration(let width): .duration(Int64(clamping: Int128(width) * Int128(n)))
        case .integer(let width): .integer(Int64(clamping: Int128(width) * Int128(n)))
        default: width.number.flatMap { EventValue(number: $0 * Double(n)) }
        }
    }
}
