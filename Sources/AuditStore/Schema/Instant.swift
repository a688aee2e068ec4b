import SegmentFormat
import Shredding

/// A point in time, in microseconds since 1970 in UTC.
public struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Seconds since 1970-01-01T00:00:00Z, cut to microseconds.
    public init(secondsSince1970 seconds: Double) { microseconds = Int64((seconds * 1_000_000).rounded(.down)) }

    /// Reads RFC 3339, such as `2024-06-16T04:00:00Z` or `2024-06-16T06:00:00.25+02:00`, or a date alone, which is its first
    /// moment in UTC. Digits of a second beyond the sixth are dropped.
    public init?(_ text: String) {
        var text = text
        let value = text.withUTF8 { OddTime.parse(text: UnsafeRawBufferPointer($0)) }
        if let value {
            microseconds = value
            return
        }
        guard text.utf8.count == 10 else { return nil }
        text += "T00:00:00Z"
        guard let value = text.withUTF8({ OddTime.parse(text: UnsafeRawBufferPointer($0)) }) else { return nil }
        microseconds = value
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// Whole seconds and microseconds between two instants.
    public static func - (left: Self, right: Self) -> Duration {
        .microseconds(left.microseconds &- right.microseconds)
    }

    public static func + (left: Self, right: Duration) -> Self {
        Self(microseconds: left.microseconds &+ right.microseconds)
    }

    public static func - (left: Self, right: Duration) -> Self {
        Self(microseconds: left.microseconds &- right.microseconds)
    }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339: UTC, six digits of a second, `2024-06-16T04:00:00.000000Z`.
    public var description: String {
        var bytes = ByteArena(capacity: 32)
        CanonicalTime.append(microseconds, quoted: false, to: &bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    /// RFC 3339 without a fraction where there is none: `2024-06-16T04:00:00Z`.
    package var shortDescription: String {
        let full = description
        guard microseconds % 1_000_000 == 0, full.utf8.count > 8 else { return full }
        return String(full.dropLast(8)) + "Z"
    }
}

extension Duration {
    /// The duration in microseconds, cut towards zero, and at the ends of what 64 bits hold.
    package var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, overflows) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflows ? (seconds < 0 ? .min : .max) : sum
    }
}
