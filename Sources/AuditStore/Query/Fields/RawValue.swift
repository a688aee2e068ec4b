/// Reads raw JSON values, as dictionaries hold them, without building trees.
package enum RawValue {
    /// The value of raw JSON text; nil for `null`, which counts as absent, and for no text at all.
    package static func decode(_ raw: UnsafeRawBufferPointer) -> EventValue? {
        guard let first = raw.first else { return nil }
        switch first {
        case 0x22: return .string(string(raw))
        case 0x5b: return list(raw)
        case 0x74: return .bool(true)
        case 0x66: return .bool(false)
        case 0x6e: return nil
        case 0x2d, 0x30...0x39: return number(raw)
        default: return .json(String(decoding: raw, as: UTF8.self))
        }
    }

    /// The text of a quoted string; bytes that are no UTF-8 and lone surrogates become U+FFFD.
    package static func string(_ raw: UnsafeRawBufferPointer) -> String {
        guard raw.count >= 2 else { return "" }
        let inner = UnsafeRawBufferPointer(rebasing: raw[1..<raw.count - 1])
        return inner.contains(0x5c) ? unescaped(inner) : String(decoding: inner, as: UTF8.self)
    }

    /// The bytes between the quotes if that is the string as it is: no escape in it.
    @inline(__always)
    package static func plainText(_ raw: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard raw.count >= 2, raw[0] == 0x22 else { return nil }
        let inner = UnsafeRawBufferPointer(rebasing: raw[1..<raw.count - 1])
        return inner.contains(0x5c) ? nil : inner
    }

    private static func number(_ raw: UnsafeRawBufferPointer) -> EventValue {
        var value: Int64 = 0
        var isWhole = raw.count <= 18
        for (i, c) in raw.enumerated() where isWhole {
            if i == 0, c == 0x2d { continue }
            isWhole = c &- 0x30 < 10
            value = value &* 10 &+ Int64(c &- 0x30)
        }
        if isWhole { return .integer(raw[0] == 0x2d ? -value : value) }
        let text = String(decoding: raw, as: UTF8.self)
        if let value = Int64(text) { return .integer(value) }
        return Double(text).flatMap { EventValue(number: $0) } ?? .json(text)
    }

    /// The elements; those that are objects or lists themselves are kept as text.
    private static func list(_ raw: UnsafeRawBufferPointer) -> EventValue {
        var values: [EventValue] = []
        JSONText.forEachElement(of: raw) { element in
            if element.first == 0x5b {
                values.append(.json(String(decoding: element, as: UTF8.self)))
            } else if let value = decode(element) {
                values.append(value)
            }
            return true
        }
        return .list(values)
    }

    private static func unescaped(_ text: UnsafeRawBufferPointer) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(text.count, 1)) { buffer in
            String(decoding: buffer[..<unescape(text, into: buffer)], as: UTF8.self)
        }
    }

    /// Writes the text that a string's inner bytes stand for; it is no longer than they are. Bytes that are no UTF-8 stay as they are.
    ///
    /// - Returns: how many bytes were written.
    static func unescape(_ text: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var n = 0
        var i = 0
        while i < text.count {
            let c = text[i]
            guard c == 0x5c, i + 1 < text.count else {
                target[n] = c
                n += 1
                i += 1
                continue
            }
            let escape = text[i + 1]
            i += 2
            switch escape {
            case 0x62: target[n] = 0x08
            case 0x66: target[n] = 0x0c
            case 0x6e: target[n] = 0x0a
            case 0x72: target[n] = 0x0d
            case 0x74: target[n] = 0x09
            case 0x75:
                guard var scalar = hex(text, i) else { continue }
                i += 4
                if scalar & 0xfc00 == 0xd800, i + 1 < text.count, text[i] == 0x5c, text[i + 1] == 0x75,
                    let low = hex(text, i + 2), low & 0xfc00 == 0xdc00
                {
                    scalar = 0x10000 + (scalar & 0x3ff) << 10 + low & 0x3ff
                    i += 6
                }
                // At most three bytes for six, or four for twelve.
                for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{fffd}")! {
                    target[n] = byte
                    n += 1
                }
                continue
            default: target[n] = escape
            }
            n += 1
        }
        return n
    }

    private static func hex(_ text: UnsafeRawBufferPointer, _ start: Int) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for i in start..<start + 4 {
            let digit: UInt8
            switch text[i] {
            case 0x30...0x39: digit = text[i] - 0x30
            case 0x41...0x46: digit = text[i] - 0x41 + 10
            case 0x61...0x66: digit = text[i] - 0x61 + 10
            default: return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}

/// Gives texts of raw strings as bytes, without making strings of them.
struct RawTexts: ~Copyable {
    private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)

    deinit { buffer.deallocate() }

    /// The text of a quoted string, valid until the next call; nil for other values, and where bytes might have to be replaced.
    mutating func text(_ raw: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard raw.count >= 2, raw[0] == 0x22 else { return nil }
        let inner = UnsafeRawBufferPointer(rebasing: raw[1..<raw.count - 1])
        guard inner.contains(0x5c) else { return inner }
        var bits: UInt8 = 0
        for byte in inner { bits |= byte }
        guard bits < 0x80 else { return nil }
        if buffer.count < inner.count {
            buffer.deallocate()
            buffer = .allocate(capacity: inner.count * 2)
        }
        return UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(buffer)[..<RawValue.unescape(inner, into: buffer)])
    }
}
