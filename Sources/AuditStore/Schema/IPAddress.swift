/// An IPv4 or IPv6 address.
///
/// Both are 128 bits: an IPv4 address is kept as the IPv6 address that maps it (`::ffff:10.0.0.1`, RFC 4291, 2.5.5.2), and the
/// two spellings are one address.
public struct IPAddress: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(v4 bits: UInt32) { self.init(high: 0, low: 0xffff_0000_0000 | UInt64(bits)) }

    /// Whether it is an IPv4 address.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// Reads `10.0.0.1`, `2001:db8::1` or `::ffff:10.0.0.1`; a zone (`%eth0`) is not part of an address.
    public init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ Self.parse(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// The same on bytes.
    package static func parse(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        guard text.count >= 2, text.count <= 45 else { return nil }
        if !text.contains(0x3a) { return parseV4(text[...]).map { IPAddress(v4: $0) } }
        return parseV6(text)
    }

    private static func parseV4(_ text: Slice<UnsafeRawBufferPointer>) -> UInt32? {
        var bits: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var parts = 0
        for c in text {
            if c == 0x2e {
                guard digits > 0, parts < 3 else { return nil }
                bits = bits << 8 | part
                (part, digits, parts) = (0, 0, parts + 1)
            } else {
                // A leading zero could mean octal to another reader, so it is none of ours.
                guard c &- 0x30 < 10, digits < 3, digits == 0 || part > 0 else { return nil }
                part = part * 10 + UInt32(c - 0x30)
                digits += 1
                guard part < 256 else { return nil }
            }
        }
        guard digits > 0, parts == 3 else { return nil }
        return bits << 8 | part
    }

    private static func parseV6(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        var groups: [UInt16] = []
        var gap: Int?
        var i = 0
        if text[0] == 0x3a {
            guard text[1] == 0x3a else { return nil }
            gap = 0
            i = 2
        }
        while i < text.count {
            let start = i
            var value: UInt32 = 0
            while i < text.count, let digit = hexDigit(text[i]) {
                value = value << 4 | digit
                i += 1
                if i - start > 4 { return nil }
            }
            if i < text.count, text[i] == 0x2e {
                guard let v4 = parseV4(text[start...]) else { return nil }
                groups.append(UInt16(v4 >> 16))
                groups.append(UInt16(v4 & 0xffff))
                i = text.count
                break
            }
            guard i > start else { return nil }
            groups.append(UInt16(value))
            if groups.count > 8 { return nil }
            if i == text.count { break }
            guard text[i] == 0x3a else { return nil }
            i += 1
            if i < text.count, text[i] == 0x3a {
                guard gap == nil else { return nil }
                gap = groups.count
                i += 1
            } else if i == text.count {
                return nil
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return IPAddress(
            high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private static func hexDigit(_ c: UInt8) -> UInt32? {
        switch c {
        case 0x30...0x39: UInt32(c - 0x30)
        case 0x41...0x46: UInt32(c - 0x37)
        case 0x61...0x66: UInt32(c - 0x57)
        default: nil
        }
    }
}

extension IPAddress: Comparable {
    public static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text of RFC 5952, IPv4 in dots.
    public var description: String {
        if isIPv4 {
            let bytes: [UInt64] = [low >> 24 & 255, low >> 16 & 255, low >> 8 & 255, low & 255]
            return bytes.map(String.init).joined(separator: ".")
        }
        let groups: [UInt16] = (0..<8).map { index in
            let half = index < 4 ? high : low
            let shift = UInt64((3 - index & 3) * 16)
            return UInt16(truncatingIfNeeded: half >> shift)
        }
        // The longest run of two zero groups or more, the first of equals.
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = end + 1
        }
        let hex = { (groups: ArraySlice<UInt16>) in groups.map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty
            ? hex(groups[...]) : hex(groups[..<best.lowerBound]) + "::" + hex(groups[best.upperBound...])
    }
}
