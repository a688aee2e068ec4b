/// A value of an event, or one derived from it, as queries see it.
///
/// Strings are equal only if their bytes are. A number that is a whole number of 64 bits is always an ``integer(_:)``,
/// however the event spells it, so that `200` and `200.0` are one group.
public enum EventValue: Sendable {
    case string(String)
    case integer(Int64)
    /// Always finite, and no whole number that fits ``integer(_:)``.
    case double(Double)
    case bool(Bool)
    case time(Instant)
    /// Microseconds.
    case duration(Int64)
    case list([EventValue])
    /// What is none of the above: the raw text of an object, or of a number beyond all range.
    case json(String)
}

extension EventValue: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.integer(let a), .integer(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        case (.time(let a), .time(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.json(let a), .json(let b)): a.utf8.elementsEqual(b.utf8)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let value), .json(let value): hasher.combine(value)  // Equal bytes hash equally.
        case .integer(let value), .duration(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .bool(let value): hasher.combine(value)
        case .time(let value): hasher.combine(value)
        case .list(let values): hasher.combine(values)
        }
    }
}

extension EventValue: Comparable {
    /// A total order: by kind, then numbers by size whatever their kind, strings by their UTF-8 bytes.
    public static func < (left: Self, right: Self) -> Bool { left.order(to: right) < 0 }

    /// Negative, zero or positive.
    package func order(to other: Self) -> Int {
        switch (self, other) {
        case (.string(let a), .string(let b)), (.json(let a), .json(let b)): return Self.order(a, b)
        case (.integer(let a), .integer(let b)), (.duration(let a), .duration(let b)): return Self.order(a, b)
        case (.time(let a), .time(let b)): return Self.order(a.microseconds, b.microseconds)
        case (.double(let a), .double(let b)): return Self.order(a, b)
        case (.integer(let a), .double(let b)): return -Self.order(b, a)
        case (.double(let a), .integer(let b)): return Self.order(a, b)
        case (.bool(let a), .bool(let b)): return Self.order(a ? 1 : 0, b ? 1 : 0)
        case (.list(let a), .list(let b)):
            for (x, y) in zip(a, b) {
                let order = x.order(to: y)
                if order != 0 { return order }
            }
            return Self.order(a.count, b.count)
        default: return Self.order(kindRank, other.kindRank)
        }
    }

    private static func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }

    private static func order(_ a: String, _ b: String) -> Int {
        let order = a.utf8.withContiguousStorageIfAvailable { a in
            b.utf8.withContiguousStorageIfAvailable { b in
                Self.order(UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
            }
        }
        if case .some(.some(let order)) = order { return order }
        if a.utf8.elementsEqual(b.utf8) { return 0 }
        return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    }

    /// The order of bytes, eight at a time.
    private static func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        let n = min(a.count, b.count)
        var i = 0
        // In bounds: i + 8 <= n.
        while i + 8 <= n {
            let x = UInt64(bigEndian: a.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            let y = UInt64(bigEndian: b.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            if x != y { return x < y ? -1 : 1 }
            i += 8
        }
        while i < n {
            if a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
            i += 1
        }
        return order(a.count, b.count)
    }

    /// Compares without rounding the integer: beyond 2^53 not every one is a double.
    private static func order(_ a: Double, _ b: Int64) -> Int {
        if a >= 0x1p63 { return 1 }
        if a < -0x1p63 { return -1 }
        let whole = Int64(a.rounded(.towardZero))
        return whole != b ? order(whole, b) : order(a, Double(whole))
    }

    /// The order of kinds; numbers are one kind.
    package var kindRank: Int {
        switch self {
        case .bool: 0
        case .integer, .double: 1
        case .duration: 2
        case .time: 3
        case .string: 4
        case .list: 5
        case .json: 6
        }
    }
}

extension EventValue {
    /// The number, if it is one; durations are in seconds.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .duration(let microseconds): Double(microseconds) / 1_000_000
        default: nil
        }
    }

    /// The canonical case of a number.
    package init?(number: Double) {
        guard number.isFinite else { return nil }
        if number == number.rounded(.towardZero), abs(number) < 0x1p63 {
            self = .integer(Int64(number))
        } else {
            self = .double(number)
        }
    }
}
