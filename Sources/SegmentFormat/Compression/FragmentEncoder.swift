import CKernels

/// Writes bytes as copies of earlier bytes of the same page and of what is new: the codec `fragments`.
///
/// The bodies of a chunk mostly repeat earlier ones, a few bytes apart: an object's former version, the request that a
/// response answers. lz4 sees 64 KiB back and meets little of that. This encoder sees the whole page, but looks for
/// repeats only where a comma stands, and extends them both ways. A repeat is passed over at the speed of a comparison,
/// so it is faster than lz4 alone, and leaves lz4 a fifteenth of the bytes (Docs/Decisions.md).
package struct FragmentEncoder: ~Copyable {
    /// The last place that had a hash: the text's number plus one in the high half, the offset in it in the low half.
    private let table: UnsafeMutablePointer<UInt64>
    /// 64 KiB, so that the table stays in a core's second-level cache beside what it points to: four times as many slots
    /// find half a percent more and take a twentieth longer.
    private static let tableBits: UInt64 = 13
    /// Bytes behind a comma that decide whether a repeat is looked at. Shorter keys find more repeats of no length.
    private static let keyBytes = 24
    /// A shorter repeat costs more as a command than it saves.
    private static let shortestCopy = 32
    /// How far behind a difference the repeat is expected to go on: a value that changed is mostly short.
    private static let resumeBytes = 64

    /// What is new, one piece after another.
    private(set) var literals = ByteArena(capacity: 1 << 16)
    /// For each copy: bytes of literals before it, its length, and how far back it starts (varints).
    private(set) var commands = ByteArena(capacity: 1 << 16)

    private struct Text {
        var start: UnsafeRawPointer
        var count: Int
        /// Where the text is in the page.
        var position: Int
    }
    private var texts: UnsafeMutablePointer<Text>
    private var capacity = 1024
    private var count = 0
    private var position = 0
    /// Literals since the last copy.
    private var pending = 0

    package init() {
        table = .allocate(capacity: 1 << Int(Self.tableBits))
        texts = .allocate(capacity: capacity)
    }

    deinit {
        table.deallocate()
        texts.deallocate()
    }

    /// Starts a page with bytes that are not searched for repeats.
    package mutating func start(_ head: UnsafeRawBufferPointer) {
        table.update(repeating: 0, count: 1 << Int(Self.tableBits))
        literals.removeAll(keepingAtMost: 8 << 20)
        commands.removeAll(keepingAtMost: 8 << 20)
        literals.append(head)
        pending = head.count
        position = head.count
        count = 0
    }

    /// Appends a text. Its memory must live until the page is finished.
    package mutating func append(_ text: UnsafeRawBufferPointer) {
        guard let start = text.baseAddress, text.count > 0 else { return }
        if count == capacity {
            let new = UnsafeMutablePointer<Text>.allocate(capacity: capacity * 2)
            new.update(from: texts, count: count)
            texts.deallocate()
            texts = new
            capacity *= 2
        }
        texts[count] = Text(start: start, count: text.count, position: position)
        count += 1
        encode(start, text.count)
        position += text.count
    }

    @inline(__always)
    private static func word(_ p: UnsafeRawPointer, _ at: Int = 0) -> UInt64 {
        p.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    /// The slot of the `keyBytes` bytes at `p`.
    @inline(__always)
    private static func slot(_ p: UnsafeRawPointer) -> Int {
        let mixed =
            (word(p) &* 0x9E37_79B1_85EB_CA87) ^ (word(p, 8) &* 0xC2B2_AE3D_27D4_EB4F)
            ^ (word(p, 16) &* 0x1656_67B1_9E37_79F9)
        return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B1_85EB_CA87) >> (64 - tableBits))
    }

    /// How many bytes at `a` and `b` are the same, at most `limit`.
    @inline(__always)
    private static func common(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ limit: Int) -> Int {
        var i = 0
        // In bounds: eight or thirty-two bytes are read only where that many are left.
        while i + 32 <= limit {
            let differences = ck_differences(a + i, b + i)
            if differences != 0 { return i + differences.trailingZeroBitCount }
            i += 32
        }
        while i + 8 <= limit {
            let difference = UInt64(littleEndian: word(a, i) ^ word(b, i))
            if difference != 0 { return i + difference.trailingZeroBitCount >> 3 }
            i += 8
        }
        while i < limit, a.load(fromByteOffset: i, as: UInt8.self) == b.load(fromByteOffset: i, as: UInt8.self) {
            i += 1
        }
        return i
    }

    /// The first comma from `p` on and before `end`, or `end`.
    @inline(__always)
    private static func comma(_ p: UnsafeRawPointer, before end: UnsafeRawPointer) -> UnsafeRawPointer {
        var p = p
        // In bounds: thirty-two bytes are read only where that many are left.
        while end - p >= 32 {
            let found = ck_find(p, 0x2c)
            if found != 0 { return p + found.trailingZeroBitCount }
            p += 32
        }
        while p < end, p.load(as: UInt8.self) != 0x2c { p += 1 }
        return p
    }

    /// Of the text `count - 1`: every pointer stays between `start` and `end`, and those into the text that is copied
    /// from between its own ends, which each comparison is limited by.
    private mutating func encode(_ start: UnsafeRawPointer, _ n: Int) {
        let end = start + n
        let current = count - 1
        var literal = start
        var p = start
        // The last place where a key fits behind a comma.
        let lastAnchor = end - min(n, Self.keyBytes + 1)
        search: while true {
            p = Self.comma(p, before: end)
            guard p < lastAnchor else { break }
            let slot = Self.slot(p + 1)
            let found = table[slot]
            table[slot] = UInt64(current + 1) << 32 | UInt64(p - start)
            guard found != 0 else {
                p += 1
                continue
            }
            let text = texts[Int(found >> 32) - 1]
            var source = text.start + Int(found & 0xFFFF_FFFF)
            let sourceEnd = text.start + text.count
            // A key fitted behind the comma there too.
            guard Self.word(source + 1) == Self.word(p + 1), Self.word(source + 9) == Self.word(p + 9) else {
                p += 1
                continue
            }
            // Backwards to the last byte that differs, then forwards.
            var from = p
            while from > literal, source > text.start,
                (from - 1).load(as: UInt8.self) == (source - 1).load(as: UInt8.self)
            {
                from -= 1
                source -= 1
            }
            let length = (p - from) + Self.common(source + (p - from), p, min(sourceEnd - source - (p - from), end - p))
            guard length >= Self.shortestCopy else {
                p += 1
                continue
            }
            copy(literal, from, length, distance: (position + (from - start)) - (text.position + (source - text.start)))
            p = from + length
            source += length
            literal = p
            // The value that differed is mostly short, and what follows is mostly the same again.
            while true {
                let limit = p + min(end - p, Self.resumeBytes)
                let sourceLimit = source + min(sourceEnd - source, Self.resumeBytes)
                var next = Self.comma(p, before: limit)
                var sourceNext = Self.comma(source, before: sourceLimit)
                guard limit - next >= 17, sourceLimit - sourceNext >= 17,
                    Self.word(sourceNext + 1) == Self.word(next + 1), Self.word(sourceNext + 9) == Self.word(next + 9)
                else { continue search }
                // The source must lie before what is copied from it.
                let distance = (position + (next - start)) - (text.position + (sourceNext - text.start))
                guard distance > 0 else { continue search }
                while next > literal, sourceNext > source,
                    (next - 1).load(as: UInt8.self) == (sourceNext - 1).load(as: UInt8.self)
                {
                    next -= 1
                    sourceNext -= 1
                }
                let length = Self.common(sourceNext, next, min(sourceEnd - sourceNext, end - next))
                guard length >= Self.shortestCopy else { continue search }
                copy(literal, next, length, distance: distance)
                p = next + length
                source = sourceNext + length
                literal = p
            }
        }
        literals.append(literal, count: end - literal)
        pending += end - literal
    }

    @inline(__always)
    private mutating func copy(_ literal: UnsafeRawPointer, _ from: UnsafeRawPointer, _ length: Int, distance: Int) {
        let n = from - literal
        literals.append(literal, count: n)
        commands.reserve(30)
        append(varint: pending + n)
        append(varint: length)
        append(varint: distance)
        pending = 0
    }

    /// In bounds: thirty bytes were reserved for three varints, and one of a number below 2^63 takes at most nine.
    @inline(__always)
    private mutating func append(varint value: Int) {
        var rest = UInt(truncatingIfNeeded: value)
        var at = commands.base + commands.count
        while rest >= 0x80 {
            at.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            at += 1
            rest >>= 7
        }
        at.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        commands.commit(at + 1 - (commands.base + commands.count))
    }

    /// Bytes of the page.
    package var rawCount: Int { position }
}
