import CKernels
import SegmentFormat

/// Takes in the documents of a row group: checks that they are JSON, gives them codes, and writes them as fragments of one
/// another, all in one pass while a document is in the cache.
///
/// A document mostly repeats earlier ones, a few bytes apart. From a comma on, what repeats is compared with its source:
/// that passes it over eight times as fast as scanning it would, and is the copy that the page needs (Docs/Decisions.md).
struct DocumentEncoder: ~Copyable {
    var fragments = FragmentEncoder()
    private var table = DocumentTable()
    private var anchors = DocumentAnchors()
    /// What offsets count from.
    private var base: UnsafeRawPointer?

    /// Bytes behind a comma that decide whether a repeat is looked at. Shorter keys find more repeats of no length.
    private static let keyBytes = 24
    /// Commas nearer to the former anchor than this are none: arrays of numbers would be all anchors.
    private static let spacing = 16
    /// Anchors of the last source that are looked at before others: behind a member that came or went.
    private static let lookahead = 4
    /// Containers that are nested deeper are scanned, and not looked up.
    private static let deepestState: UInt32 = 1 << 30

    var isEmpty: Bool { fragments.count == 0 }

    /// Forgets the documents of a row group.
    mutating func removeAll() {
        base = nil
        anchors.removeAll()
        table.removeAll()
        fragments.removeAll()
    }

    /// Takes in the document at `start`: any JSON value, whose memory stays as it is until `removeAll`.
    ///
    /// - Returns: where it ends and its code; nil if it is not JSON, and the scanner knows why.
    mutating func append(_ start: UnsafeRawPointer, _ scanner: inout JSONScanner)
        -> (end: UnsafeRawPointer, code: UInt32)?
    {
        let mark = fragments.mark
        let position = fragments.rawCount
        // Offsets are of four bytes; no chunk is larger, but nothing depends on that.
        if base.map({ start < $0 || start - $0 > 1 << 31 }) ?? true {
            base = start
            anchors.removeAll()
        }
        let text = anchors.textCount
        anchors.append(
            DocumentAnchors.Text(
                start: UInt32(truncatingIfNeeded: start - base!), position: UInt32(truncatingIfNeeded: position)))
        var literal = start
        guard let end = scan(start, &literal, &scanner) else {
            anchors.texts[text].position = DocumentAnchors.Text.unusable
            anchors.texts[text].end = anchors.texts[text].start
            anchors.texts[text].anchorEnd = UInt32(truncatingIfNeeded: anchors.count)
            fragments.goBack(to: mark)
            return nil
        }
        anchors.texts[text].end = UInt32(truncatingIfNeeded: end - base!)
        anchors.texts[text].anchorEnd = UInt32(truncatingIfNeeded: anchors.count)
        let (code, isNew) = table.code(start, end - start, position: position)
        if isNew {
            fragments.finishText(literal, count: end - literal, length: end - start)
        } else {
            fragments.goBack(to: mark)
            anchors.texts[text].position = UInt32(truncatingIfNeeded: table.entry(code).position)
        }
        return (end, code)
    }

    @inline(__always)
    private static func word(_ p: UnsafeRawPointer, _ at: Int) -> UInt64 {
        p.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    /// Of the bytes behind the comma at `p`.
    @inline(__always)
    private static func hash(_ p: UnsafeRawPointer) -> UInt64 {
        let mixed =
            (word(p, 1) &* 0x9E37_79B1_85EB_CA87) ^ (word(p, 9) &* 0xC2B2_AE3D_27D4_EB4F)
            ^ (word(p, 17) &* 0x1656_67B1_9E37_79F9)
        return (mixed ^ (mixed >> 29)) &* 0x9E37_79B1_85EB_CA87
    }

    /// How many bytes at `a` and `b` are the same, at most `limit`.
    ///
    /// In bounds: `b` is behind `a`, and stands in a line. What is equal to `a`'s document holds no line feed, so the
    /// comparison ends with the line at the latest, and reads thirty-one bytes more at most, which are padding at worst.
    @inline(__always)
    private static func common(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, limit: Int) -> Int {
        var i = 0
        while i < limit {
            let differences = ck_differences(a + i, b + i)
            if differences != 0 { return min(limit, i + differences.trailingZeroBitCount) }
            i += 32
        }
        return limit
    }

    private static func commonBefore(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, limit: Int) -> Int {
        var n = 0
        while n < limit,
            a.load(fromByteOffset: -1 - n, as: UInt8.self) == b.load(fromByteOffset: -1 - n, as: UInt8.self)
        {
            n += 1
        }
        return n
    }

    /// The end of the container or scalar at `start`; what is new from `literal` on is left to the caller.
    ///
    /// A loop over tokens, with what is open in the bits of `state`.
    private mutating func scan(
        _ start: UnsafeRawPointer, _ literal: inout UnsafeRawPointer, _ scanner: inout JSONScanner
    ) -> UnsafeRawPointer? {
        var p = start
        var state: UInt32 = 1
        var repeated = Repeat(text: anchors.textCount - 1, lastAnchor: start)
        if let text = anchors.resembling(start, own: repeated.text) {
            repeated.expected = anchors.firstAnchor(of: text)
            repeated.expectedEnd = Int(anchors.texts[text].anchorEnd)
            repeated.expectedText = text
        }
        // Each turn of the outer loop stands at the start of a value.
        value: while true {
            switch p.load(as: UInt8.self) {
            case 0x22:
                guard let end = scanner.stringEnd(p + 1) else { return nil }
                p = end
            case 0x7b where state < Self.deepestState:
                p = JSONScanner.skipSpace(p + 1)
                if p.load(as: UInt8.self) == 0x7d {
                    p += 1
                } else {
                    guard let next = scanner.keyEnd(p) else { return nil }
                    p = next
                    state = state << 1 | 1
                    continue value
                }
            case 0x5b where state < Self.deepestState:
                p = JSONScanner.skipSpace(p + 1)
                if p.load(as: UInt8.self) == 0x5d {
                    p += 1
                } else {
                    state = state << 1
                    continue value
                }
            default:
                guard let end = scanner.valueEnd(p) else { return nil }
                p = end
            }
            // After a value: close what ends here, or go on with the next member.
            while state != 1 {
                var c = p.load(as: UInt8.self)
                if JSONScanner.isSpace(c) {
                    p = JSONScanner.skipSpace(p)
                    c = p.load(as: UInt8.self)
                }
                if c == 0x2c {
                    if p - repeated.lastAnchor >= Self.spacing {
                        repeated.lastAnchor = p
                        if let end = pass(&p, &state, &literal, &repeated) { return end }
                    }
                    p += 1
                    if JSONScanner.isSpace(p.load(as: UInt8.self)) { p = JSONScanner.skipSpace(p) }
                    if state & 1 != 0 {
                        guard let next = scanner.keyEnd(p) else { return nil }
                        p = next
                    }
                    continue value
                }
                guard c == (state & 1 != 0 ? 0x7d : 0x5d) else {
                    return scanner.fail(
                        c == 0x0a
                            ? "the line ends within an object or array"
                            : "neither a comma nor the end of the object or array", at: p)
                }
                p += 1
                state >>= 1
            }
            return p
        }
    }

    /// What a scan knows of repeats in its document.
    private struct Repeat {
        /// The document's own.
        let text: Int
        var lastAnchor: UnsafeRawPointer
        /// The anchor where the last source is likely to go on, behind a value that changed.
        var expected = 0
        /// The source's anchors end before this one.
        var expectedEnd = 0
        var expectedText = 0
        /// The document's end, if it ended within a repeat.
        var end: UnsafeRawPointer?
    }

    /// Passes over what repeats from the comma at `p` on, to the last comma of the repeat.
    /// - Returns: the document's end, if it ends within the repeat.
    @inline(__always)
    private mutating func pass(
        _ p: inout UnsafeRawPointer, _ state: inout UInt32, _ literal: inout UnsafeRawPointer, _ repeated: inout Repeat
    ) -> UnsafeRawPointer? {
        let base = base!
        let own = DocumentAnchors.Anchor(offset: UInt32(truncatingIfNeeded: p - base), state: state)
        let index = anchors.count
        anchors.append(own)
        let hash = Self.hash(p)
        let slot = anchors.slots + Int(truncatingIfNeeded: hash >> (64 - DocumentAnchors.slotBits))
        ck_prefetch(slot)
        var expected = repeated.expected
        let last = min(expected + Self.lookahead, repeated.expectedEnd)
        while expected < last {
            // In bounds: sixteen bytes behind a comma of a line are padding at worst.
            let alike = Int(
                ck_anchor_alike(anchors.anchors, Int64(expected), Int64(last), base, p, state))
            guard alike >= 0 else { break }
            let s = base + Int(anchors.anchors[alike].offset)
            if copy(from: alike, s, text: repeated.expectedText, &p, &state, &literal, &repeated) {
                return repeated.end
            }
            expected = alike + 1
        }
        let tag = UInt32(truncatingIfNeeded: hash) ^ state
        let found = slot.pointee
        slot.pointee = DocumentAnchors.Slot(
            tag: tag, offset: own.offset, anchor: UInt32(truncatingIfNeeded: index),
            text: UInt32(truncatingIfNeeded: repeated.text + 1))
        if found.tag == tag, found.text != 0, anchors.anchors[Int(found.anchor)].state == state,
            copy(
                from: Int(found.anchor), base + Int(found.offset), text: Int(found.text) - 1, &p, &state, &literal,
                &repeated)
        {
            return repeated.end
        }
        return nil
    }

    /// Copies what repeats from the anchor at `s` on, if it is long enough.
    @inline(__always)
    private mutating func copy(
        from source: Int, _ s: UnsafeRawPointer, text: Int, _ p: inout UnsafeRawPointer, _ state: inout UInt32,
        _ literal: inout UnsafeRawPointer, _ repeated: inout Repeat
    ) -> Bool {
        let base = base!
        let origin = anchors.texts[text]
        guard origin.position != DocumentAnchors.Text.unusable else { return false }
        let isOwn = text == repeated.text
        let limit = isOwn ? Int.max : base + Int(origin.end) - s
        let length = Self.common(s, p, limit: limit)
        // Backwards to the last byte that differs.
        let mostBack = min(p - literal, s - (base + Int(origin.start)))
        // In bounds: `s` is before `p`, and what is behind the first document can be read.
        let back =
            s - base >= 32
            ? Int(ck_common_before(p, s, UInt64(truncatingIfNeeded: mostBack)))
            : Self.commonBefore(p, s, limit: mostBack)
        guard back + length >= FragmentEncoder.shortestCopy else { return false }
        let ownText = anchors.texts[repeated.text]
        let fromHere = Int(ownText.position) + (p - base) - Int(ownText.start)
        let fromThere = Int(origin.position) + (s - base) - Int(origin.start)
        fragments.append(
            literal, count: p - back - literal, copying: back + length, distance: fromHere - fromThere)
        literal = p + length
        // The source ends here, and what is open is the same: so does this one.
        if length == limit {
            repeated.end = literal
            return true
        }
        if isOwn {
            repeated.expected = anchors.copyOwn(after: source, before: (s - base) + length, distance: p - s)
            repeated.expectedEnd = anchors.count
        } else {
            repeated.expected = anchors.copy(
                after: source, before: (s - base) + length, last: Int(origin.anchorEnd), distance: p - s)
            repeated.expectedEnd = Int(origin.anchorEnd)
        }
        repeated.expectedText = text
        let last = anchors.anchors[anchors.count - 1]
        p = base + Int(last.offset)
        state = last.state
        // Not before the end of the repeat: commas that were too near to be anchors may lie there.
        repeated.lastAnchor = max(p, literal - Self.spacing)
        return true
    }
}
