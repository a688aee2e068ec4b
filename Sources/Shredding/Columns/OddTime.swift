/// Times in RFC 3339 that are not in the canonical form: fewer or more digits of a second, an offset, lower-case letters.
package enum OddTime {
    /// - Parameter leaf: raw JSON.
    /// - Returns: microseconds since 1970, or nil if it is no time.
    package static func parse(_ leaf: UnsafeRawBufferPointer) -> Int64? {
        guard leaf.count >= 2, leaf.first == 0x22, leaf.last == 0x22 else { return nil }
        return parse(text: UnsafeRawBufferPointer(rebasing: leaf[1..<leaf.count - 1]))
    }

    package static func parse(text: UnsafeRawBufferPointer) -> Int64? {
        var i = 0
        func number(_ digits: Int) -> Int64? {
            guard i + digits <= text.count else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                let digit = text[i] &- 0x30
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
                i += 1
            }
            return value
        }
        func skip(_ c: UInt8) -> Bool {
            guard i < text.count, text[i] == c || (c >= 0x41 && text[i] == c | 0x20) else { return false }
            i += 1
            return true
        }
        guard let year = number(4), skip(0x2d), let month = number(2), skip(0x2d), let day = number(2) else {
            return nil
        }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isValid, skip(0x54), let hour = number(2), skip(0x3a), let minute = number(2), skip(0x3a),
            let second = number(2), hour < 24, minute < 60, second < 61
        else { return nil }
        var fraction: Int64 = 0
        if skip(0x2e) {
            var scale: Int64 = 100_000
            let start = i
            while i < text.count, text[i] &- 0x30 < 10 {
                fraction += Int64(text[i] - 0x30) * scale
                scale /= 10
                i += 1
            }
            guard i > start else { return nil }
        }
        var offset: Int64 = 0
        if !skip(0x5a) {
            guard i < text.count else { return nil }
            let sign: Int64
            if skip(0x2b) { sign = 1 } else if skip(0x2d) { sign = -1 } else { return nil }
            guard let hours = number(2), skip(0x3a), let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            offset = sign * (hours * 60 + minutes) * 60
        }
        guard i == text.count else { return nil }
        let seconds = date.daysSince1970 * 86_400 + (hour * 60 + minute) * 60 + second - offset
        return seconds * 1_000_000 + fraction
    }
}
