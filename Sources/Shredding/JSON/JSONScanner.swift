import CKernels
import SegmentFormat

/// Why bytes are not JSON, and where.
package struct JSONFailure: Error, Sendable {
    package var reason: String
    /// Bytes from the start of the line.
    package var offset: Int
}

/// Finds where JSON values end, checking the grammar on the way (RFC 8259; strings may hold any bytes but control
/// characters, because real apiservers write invalid UTF-8), without recursion.
///
/// Precondition of every function: the memory ends in a line feed that no value contains, followed by at least
/// `JSONScanner.padding` readable bytes. A line feed is a control character and ends every token, so no scan runs past
/// it by more than a load of thirty-two bytes, and no function needs to be told the end.
package struct JSONScanner: ~Copyable {
    package static var padding: Int { 64 }

    /// Where and why the last scan failed.
    private(set) var failedAt: UnsafeRawPointer?
    private(set) var failure: StaticString = ""
    /// A bit a level of nesting: 1 for an object.
    private var levels: [UInt64] = [0]

    package init() {}

    func failed(from start: UnsafeRawPointer) -> JSONFailure {
        JSONFailure(reason: "\(failure)", offset: failedAt.map { $0 - start } ?? 0)
    }

    @inline(never)
    mutating func fail(_ reason: StaticString, at p: UnsafeRawPointer) -> UnsafeRawPointer? {
        failure = reason
        failedAt = p
        return nil
    }

    @inline(__always)
    static func isSpace(_ c: UInt8) -> Bool { c == 0x20 || c == 0x09 || c == 0x0d }

    @inline(__always)
    static func skipSpace(_ p: UnsafeRawPointer) -> UnsafeRawPointer {
        var p = p
        while isSpace(p.load(as: UInt8.self)) { p += 1 }
        return p
    }

    /// - Parameter start: the byte after the opening quote.
    /// - Returns: the byte after the closing quote.
    @inline(__always)
    mutating func stringEnd(_ start: UnsafeRawPointer) -> UnsafeRawPointer? {
        var p = start
        while true {
            // In bounds: no string goes on past the line feed, and the padding behind it is larger than one load.
            let stops = ck_string_stops(p)
            if stops == 0 {
                p += 32
                continue
            }
            p += stops.trailingZeroBitCount
            let c = p.load(as: UInt8.self)
            if c == 0x22 { return p + 1 }
            guard c == 0x5c, let next = escapeEnd(p) else {
                return c == 0x5c
                    ? nil
                    : fail(c == 0x0a ? "the line ends within a string" : "a control character within a string", at: p)
            }
            p = next
        }
    }

    private mutating func escapeEnd(_ p: UnsafeRawPointer) -> UnsafeRawPointer? {
        switch p.load(fromByteOffset: 1, as: UInt8.self) {
        case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: return p + 2
        case 0x75:
            for i in 2..<6 {
                let c = p.load(fromByteOffset: i, as: UInt8.self)
                let isHex = (c >= 0x30 && c <= 0x39) || (c | 0x20 >= 0x61 && c | 0x20 <= 0x66)
                guard isHex else { return fail("\\u without four hexadecimal digits", at: p) }
            }
            return p + 6
        default: return fail("an unknown escape", at: p)
        }
    }

    /// A number, true, false or null.
    @inline(__always)
    mutating func scalarEnd(_ start: UnsafeRawPointer) -> UnsafeRawPointer? {
        let c = start.load(as: UInt8.self)
        if c == 0x2d || (c >= 0x30 && c <= 0x39) { return numberEnd(start) }
        let word = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
        switch c {
        case 0x74 where word == 0x6575_7274, 0x6e where word == 0x6c6c_756e: return start + 4
        case 0x66 where word == 0x736c_6166 && start.load(fromByteOffset: 4, as: UInt8.self) == 0x65: return start + 5
        default: return fail(c == 0x0a ? "the line ends where a value should be" : "not a value", at: start)
        }
    }

    private mutating func numberEnd(_ start: UnsafeRawPointer) -> UnsafeRawPointer? {
        var p = start
        @inline(__always) func digit() -> Bool { p.load(as: UInt8.self) &- 0x30 < 10 }
        if p.load(as: UInt8.self) == 0x2d { p += 1 }
        guard digit() else { return fail("a number without digits", at: start) }
        if p.load(as: UInt8.self) == 0x30 {
            p += 1
            if digit() { return fail("a number with a leading zero", at: start) }
        } else {
            while digit() { p += 1 }
        }
        if p.load(as: UInt8.self) == 0x2e {
            p += 1
            guard digit() else { return fail("a number without digits after the point", at: start) }
            while digit() { p += 1 }
        }
        if p.load(as: UInt8.self) | 0x20 == 0x65 {
            p += 1
            let sign = p.load(as: UInt8.self)
            if sign == 0x2b || sign == 0x2d { p += 1 }
            guard digit() else { return fail("a number without digits in the exponent", at: start) }
            while digit() { p += 1 }
        }
        return p
    }

    /// Any value, however deep.
    mutating func valueEnd(_ start: UnsafeRawPointer) -> UnsafeRawPointer? {
        let c = start.load(as: UInt8.self)
        if c == 0x22 { return stringEnd(start + 1) }
        if c != 0x7b && c != 0x5b { return scalarEnd(start) }
        return containerEnd(start)
    }

    /// An object or an array: a loop over tokens with a bit a level, so that depth costs memory and not stack.
    private mutating func containerEnd(_ start: UnsafeRawPointer) -> UnsafeRawPointer? {
        var p = start
        var depth = 0
        var isObject = false
        let deepest = Limits.nestingDepth
        // Each turn of the outer loop stands at the start of a value.
        value: while true {
            switch p.load(as: UInt8.self) {
            case 0x22:
                guard let end = stringEnd(p + 1) else { return nil }
                p = end
            case 0x7b, 0x5b:
                guard depth < deepest else { return fail("nested deeper than the limit", at: p) }
                push(isObject, depth)
                depth += 1
                isObject = p.load(as: UInt8.self) == 0x7b
                p = Self.skipSpace(p + 1)
                if p.load(as: UInt8.self) != (isObject ? 0x7d : 0x5d) {
                    guard isObject else { continue value }
                    guard let next = keyEnd(p) else { return nil }
                    p = next
                    continue value
                }
                p += 1
                depth -= 1
                isObject = pop(depth)
            default:
                guard let end = scalarEnd(p) else { return nil }
                p = end
            }
            // After a value: close what ends here, or go on with the next member.
            while depth > 0 {
                var c = p.load(as: UInt8.self)
                if Self.isSpace(c) {
                    p = Self.skipSpace(p)
                    c = p.load(as: UInt8.self)
                }
                if c == 0x2c {
                    p += 1
                    if Self.isSpace(p.load(as: UInt8.self)) { p = Self.skipSpace(p) }
                    if isObject {
                        guard let next = keyEnd(p) else { return nil }
                        p = next
                    }
                    continue value
                }
                guard c == (isObject ? 0x7d : 0x5d) else {
                    return fail(
                        c == 0x0a
                            ? "the line ends within an object or array"
                            : "neither a comma nor the end of the object or array", at: p)
                }
                p += 1
                depth -= 1
                isObject = pop(depth)
            }
            return p
        }
    }

    /// A key and its colon; the result is the start of the value.
    @inline(__always)
    mutating func keyEnd(_ start: UnsafeRawPointer) -> UnsafeRawPointer? {
        guard start.load(as: UInt8.self) == 0x22 else { return fail("not a key", at: start) }
        guard var p = stringEnd(start + 1) else { return nil }
        if Self.isSpace(p.load(as: UInt8.self)) { p = Self.skipSpace(p) }
        guard p.load(as: UInt8.self) == 0x3a else { return fail("a key without a colon", at: p) }
        p += 1
        if Self.isSpace(p.load(as: UInt8.self)) { p = Self.skipSpace(p) }
        return p
    }

    @inline(__always)
    private mutating func push(_ isObject: Bool, _ depth: Int) {
        let word = depth >> 6
        if word == levels.count { levels.append(0) }
        let bit = UInt64(1) << UInt64(depth & 63)
        if isObject { levels[word] |= bit } else { levels[word] &= ~bit }
    }

    @inline(__always)
    private func pop(_ depth: Int) -> Bool { levels[depth >> 6] >> UInt64(depth & 63) & 1 != 0 }
}

extension JSONScanner {
    /// Whether the line is one JSON object and nothing else.
    package mutating func isObject(_ line: UnsafeRawPointer) -> Bool {
        let start = Self.skipSpace(line)
        guard start.load(as: UInt8.self) == 0x7b, let end = valueEnd(start) else { return false }
        return Self.skipSpace(end).load(as: UInt8.self) == 0x0a
    }
}
