/// Times are microseconds since 1970, UTC; there are no leap seconds.
enum Span {
    static let second: Int64 = 1_000_000
    static let minute: Int64 = 60 * second
    static let hour: Int64 = 60 * minute
    static let day: Int64 = 24 * hour
}

extension TextWriter {
    /// `2026-03-29T01:59:07.004217Z`, as the apiserver writes times of events.
    mutating func put(microTime time: Int64) {
        putSeconds(time)
        let to = take(8)
        to[0] = 0x2E
        Self.digits(UInt32(time % Span.second), count: 6, to: to + 1)
        to[7] = 0x5A
    }

    /// `2026-03-29T01:59:07Z`, as objects have it.
    mutating func put(time: Int64) {
        putSeconds(time)
        put(byte: 0x5A)
    }

    private mutating func putSeconds(_ time: Int64) {
        let day = time / Span.day
        let second = UInt32(time % Span.day / Span.second)
        let date = CivilDate(daysSince1970: day)
        let to = take(19)
        Self.digits(UInt32(date.year), count: 4, to: to)
        Self.digits(UInt32(date.month), count: 2, to: to + 5)
        Self.digits(UInt32(date.day), count: 2, to: to + 8)
        Self.digits(second / 3600, count: 2, to: to + 11)
        Self.digits(second / 60 % 60, count: 2, to: to + 14)
        Self.digits(second % 60, count: 2, to: to + 17)
        (to[4], to[7], to[10], to[13], to[16]) = (0x2D, 0x2D, 0x54, 0x3A, 0x3A)
    }

    /// A duration as Go prints it: `614.1ms`, `26.98µs`, `1.204s`.
    mutating func put(duration nanoseconds: UInt64) {
        if nanoseconds < 1000 {
            put(decimal: nanoseconds)
            put("ns")
        } else if nanoseconds < 1_000_000 {
            putFraction(nanoseconds, places: 3)
            put("µs")
        } else if nanoseconds < 1_000_000_000 {
            putFraction(nanoseconds, places: 6)
            put("ms")
        } else {
            let minutes = nanoseconds / 60_000_000_000
            if minutes > 0 {
                put(decimal: minutes)
                put("m")
            }
            putFraction(nanoseconds % 60_000_000_000, places: 9)
            put("s")
        }
    }

    /// `value` by ten to the power of `places`, without zeros at the end.
    private mutating func putFraction(_ value: UInt64, places: Int) {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        put(decimal: value / scale)
        var fraction = value % scale
        guard fraction > 0 else { return }
        var count = places
        while fraction % 10 == 0 {
            fraction /= 10
            count -= 1
        }
        put(byte: 0x2E)
        Self.digits(UInt32(fraction), count: count, to: take(count))
    }

    @inline(__always)
    private static func digits(_ value: UInt32, count: Int, to: UnsafeMutablePointer<UInt8>) {
        var value = value
        for place in (0..<count).reversed() {
            to[place] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable, Sendable {
    var year: Int
    var month: Int
    var day: Int

    /// Days are counted from 1 March, so that the day that some years have is the last of the year.
    init(daysSince1970: Int64) {
        let shifted = UInt64(daysSince1970 + 719_468)
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }
}
