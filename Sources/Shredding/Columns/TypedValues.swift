package import SegmentFormat

/// Values that are stored typed because that loses nothing: reading them and writing them again gives the same bytes.
package enum CanonicalUUID {
    /// Bytes of the leaf, quotes included.
    package static var length: Int { 38 }

    /// Reads `"8-4-4-4-12"` in lower-case hexadecimal, or nil.
    @inline(__always)
    package static func parse(_ p: UnsafeRawPointer) -> UUIDBytes? {
        // Offsets of the sixteen pairs' groups of eight, four or twelve digits, the opening quote at 0.
        @inline(__always) func hex8(_ at: Int) -> UInt64? {
            nibbles(p.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        @inline(__always) func byte(_ at: Int) -> UInt8 { p.load(fromByteOffset: at, as: UInt8.self) }
        guard byte(9) == 0x2d, byte(14) == 0x2d, byte(19) == 0x2d, byte(24) == 0x2d, byte(37) == 0x22 else {
            return nil
        }
        let middle =
            UInt64(p.loadUnaligned(fromByteOffset: 10, as: UInt32.self))
            | UInt64(p.loadUnaligned(fromByteOffset: 15, as: UInt32.self)) << 32
        let middle2 =
            UInt64(p.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
            | UInt64(p.loadUnaligned(fromByteOffset: 25, as: UInt32.self)) << 32
        guard let a = hex8(1), let b = nibbles(middle), let c = nibbles(middle2), let d = hex8(29) else { return nil }
        return UUIDBytes(high: a << 32 | b, low: c << 32 | d)
    }

    /// Eight lower-case hexadecimal digits as loaded from memory, to their 32 bits.
    @inline(__always)
    private static func nibbles(_ loaded: UInt64) -> UInt64? {
        let text = UInt64(littleEndian: loaded)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let isLetter = (text >> 6) & ones
        let values = (text & (ones &* 0x0f)) &+ isLetter &* 9
        // Writing the digits again is the check that they were digits, and lower-case ones.
        let above9 = ((values &+ ones &* 6) >> 4) & ones
        guard values & (ones &* 0xf0) == 0, values &+ ones &* 0x30 &+ above9 &* 0x27 == text else { return nil }
        var packed = values.byteSwapped
        packed = (packed | packed >> 4) & 0x00ff_00ff_00ff_00ff
        packed = (packed | packed >> 8) & 0x0000_ffff_0000_ffff
        return (packed | packed >> 16) & 0xffff_ffff
    }

    package static func append(_ uuid: UUIDBytes, to output: inout ByteArena) {
        output.append(0x22)
        for i in 0..<16 {
            let word = i < 8 ? uuid.high : uuid.low
            let byte = UInt8(truncatingIfNeeded: word >> UInt64((7 - i & 7) * 8))
            if i == 4 || i == 6 || i == 8 || i == 10 { output.append(0x2d) }
            for nibble in [byte >> 4, byte & 15] { output.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
        }
        output.append(0x22)
    }
}

/// `"2024-06-16T04:00:00.000000Z"`: UTC with six digits of a second, as microseconds since 1970.
package struct CanonicalTime {
    /// Bytes of the leaf, quotes included.
    package static var length: Int { 29 }

    /// The last date read and its first microsecond: neighbours are of the same day.
    private var lastDate: (UInt64, UInt32) = (0, 0)
    private var lastDay: Int64 = 0

    package init() {}

    @inline(__always)
    package mutating func parse(_ p: UnsafeRawPointer) -> Int64? {
        let date = (
            p.loadUnaligned(as: UInt64.self), p.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        )
        if date != lastDate {
            guard let day = Self.day(p) else { return nil }
            lastDate = date
            lastDay = day
        }
        @inline(__always) func two(_ at: Int) -> Int64 {
            let tens = p.load(fromByteOffset: at, as: UInt8.self) &- 0x30
            let ones = p.load(fromByteOffset: at + 1, as: UInt8.self) &- 0x30
            return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : 1_000_000
        }
        guard p.load(fromByteOffset: 14, as: UInt8.self) == 0x3a, p.load(fromByteOffset: 17, as: UInt8.self) == 0x3a,
            p.load(fromByteOffset: 20, as: UInt8.self) == 0x2e,
            UInt16(littleEndian: p.loadUnaligned(fromByteOffset: 27, as: UInt16.self)) == 0x225a
        else { return nil }
        let hour = two(12)
        let minute = two(15)
        let second = two(18)
        let f1 = two(21)
        let f2 = two(23)
        let f3 = two(25)
        guard hour < 24, minute < 60, second < 60, f1 < 100, f2 < 100, f3 < 100 else { return nil }
        let seconds = (hour * 60 + minute) * 60 + second
        return lastDay + seconds * 1_000_000 + f1 * 10_000 + f2 * 100 + f3
    }

    /// Reads `"2024-06-16T` to the microsecond at which that day begins.
    @inline(never)
    private static func day(_ p: UnsafeRawPointer) -> Int64? {
        let digits: [Int] = [1, 2, 3, 4, 6, 7, 9, 10]
        var parts: [Int64] = []
        for at in digits {
            let digit = p.load(fromByteOffset: at, as: UInt8.self) &- 0x30
            guard digit < 10 else { return nil }
            parts.append(Int64(digit))
        }
        guard p.load(as: UInt8.self) == 0x22, p.load(fromByteOffset: 5, as: UInt8.self) == 0x2d,
            p.load(fromByteOffset: 8, as: UInt8.self) == 0x2d, p.load(fromByteOffset: 11, as: UInt8.self) == 0x54
        else { return nil }
        let year = parts[0] * 1000 + parts[1] * 100 + parts[2] * 10 + parts[3]
        let date = CivilDate(year: year, month: parts[4] * 10 + parts[5], day: parts[6] * 10 + parts[7])
        guard date.isValid else { return nil }
        return date.daysSince1970 * 86_400_000_000
    }

    package static func append(_ time: Int64, quoted: Bool = true, to output: inout ByteArena) {
        var days = time / 86_400_000_000
        var rest = time % 86_400_000_000
        if rest < 0 {
            rest += 86_400_000_000
            days -= 1
        }
        let date = CivilDate(daysSince1970: days)
        func number(_ value: Int64, _ width: Int) {
            var divisor: Int64 = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                output.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
                divisor /= 10
            }
        }
        if quoted { output.append(0x22) }
        number(date.year, 4)
        output.append(0x2d)
        number(date.month, 2)
        output.append(0x2d)
        number(date.day, 2)
        output.append(0x54)
        number(rest / 3_600_000_000, 2)
        output.append(0x3a)
        number(rest / 60_000_000 % 60, 2)
        output.append(0x3a)
        number(rest / 1_000_000 % 60, 2)
        output.append(0x2e)
        number(rest % 1_000_000, 6)
        output.append(0x5a)
        if quoted { output.append(0x22) }
    }
}

/// A date of the proleptic Gregorian calendar; the conversions are Howard Hinnant's (`chrono-Compatible Low-Level Date
/// Algorithms`).
package struct CivilDate: Sendable, Equatable {
    package var year: Int64
    package var month: Int64
    package var day: Int64

    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    package var isValid: Bool {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1 else { return false }
        return CivilDate(daysSince1970: daysSince1970) == self
    }

    package var daysSince1970: Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    package init(daysSince1970 days: Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
