/// How the values of a path spell times. Whatever it says, a text in RFC 3339 is read as such: it cannot mean anything else.
package enum TimeFormat: Sendable, Hashable {
    case rfc3339
    /// A number since 1970 in UTC, or a string of one: whole, or with a fraction of any length.
    case seconds, milliseconds, microseconds

    private var microsecondsPerUnit: Int64 {
        switch self {
        case .rfc3339: 0
        case .seconds: 1_000_000
        case .milliseconds: 1000
        case .microseconds: 1
        }
    }

    /// What RFC 3339 can write. A number beyond it is in another unit than the schema says, and no time.
    private static let writable = -62_167_219_200_000_000...253_402_300_799_999_999 as ClosedRange<Int64>

    /// - Parameter leaf: raw JSON.
    /// - Returns: microseconds since 1970, digits beyond them cut off; nil if it is no time.
    package func parse(_ leaf: UnsafeRawBufferPointer) -> Int64? {
        if let time = OddTime.parse(leaf) { return time }
        guard self != .rfc3339 else { return nil }
        let isQuoted = leaf.count > 2 && leaf.first == 0x22 && leaf.last == 0x22
        let number = isQuoted ? UnsafeRawBufferPointer(rebasing: leaf[1..<leaf.count - 1]) : leaf
        guard let time = parse(number: number), Self.writable.contains(time) else { return nil }
        return time
    }

    private func parse(number: UnsafeRawBufferPointer) -> Int64? {
        var i = 0
        let isNegative = number.first == 0x2d
        if isNegative { i = 1 }
        let start = i
        var units: Int64 = 0
        while i < number.count, number[i] &- 0x30 < 10 {
            let (product, overflow) = units.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            let (sum, overflows) = product.addingReportingOverflow(Int64(number[i] - 0x30))
            guard !overflows else { return nil }
            units = sum
            i += 1
        }
        guard i > start else { return nil }
        let (whole, overflow) = units.multipliedReportingOverflow(by: microsecondsPerUnit)
        guard !overflow else { return nil }
        var fraction: Int64 = 0
        if i < number.count, number[i] == 0x2e {
            i += 1
            let start = i
            var scale = microsecondsPerUnit
            while i < number.count, number[i] &- 0x30 < 10 {
                scale /= 10
                fraction += Int64(number[i] - 0x30) * scale
                i += 1
            }
            guard i > start else { return nil }
        }
        // `1.7e9` is a number, too; nobody who counts time writes it.
        guard i == number.count else { return Self.approximately(number, times: microsecondsPerUnit) }
        let (time, overflows) = whole.addingReportingOverflow(fraction)
        return overflows ? nil : isNegative ? -time : time
    }

    private static func approximately(_ number: UnsafeRawBufferPointer, times unit: Int64) -> Int64? {
        guard number.count <= 32, let value = Double(String(decoding: number, as: UTF8.self)) else { return nil }
        return Int64(exactly: (value * Double(unit)).rounded(.down))
    }
}

/// A path whose values are times, and how they are spelt.
package struct TimePath: Sendable, Hashable {
    package var keys: [String]
    package var format: TimeFormat

    package init(_ keys: [String], _ format: TimeFormat = .rfc3339) {
        self.keys = keys
        self.format = format
    }
}
