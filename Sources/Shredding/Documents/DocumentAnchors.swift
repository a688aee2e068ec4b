import CKernels

/// The places of a row group's documents from which a repeat may begin: commas between members or elements.
///
/// With each goes the scanner's state there. Where text repeats from an anchor on, and the state is the same, it need not
/// be scanned again: the state at every later anchor of the repeat is known too.
struct DocumentAnchors: ~Copyable {
    /// The comma, as bytes from the row group's first document, and what is open there: a bit a level, 1 for an object,
    /// below a leading 1.
    typealias Anchor = ck_anchor
    struct Slot {
        /// Of the hash and the state: memory that is far away is looked at only for what begins alike.
        var tag: UInt32 = 0
        /// Of the anchor, as it is in `anchors`: one miss of the cache less.
        var offset: UInt32 = 0
        var anchor: UInt32 = 0
        /// Its text plus one; 0 where the slot is free.
        var text: UInt32 = 0
    }
    struct Text {
        var start: UInt32
        /// `.max` while it is scanned.
        var end: UInt32 = .max
        /// Its anchors end before this one.
        var anchorEnd: UInt32 = .max
        /// Where it is in the page; `unusable` where it is not.
        var position: UInt32
        static let unusable = UInt32.max
    }

    private(set) var anchors: UnsafeMutablePointer<Anchor>
    private(set) var count = 0
    /// As many as a chunk has: see `FragmentEncoder`.
    private var capacity = Self.firstCapacity
    private static let firstCapacity = 1 << 18
    /// 128 KiB, so that they stay in a core's second-level cache beside what they point to.
    let slots: UnsafeMutablePointer<Slot>
    private(set) var texts: UnsafeMutablePointer<Text>
    private(set) var textCount = 0
    private var textCapacity = 1024

    static let slotBits: UInt64 = 13
    /// The last texts that began so, plus one; 0 for none.
    private let starts: UnsafeMutablePointer<UInt32>
    private static let startBits: UInt64 = 11
    /// Bytes at the start of a text that tell which earlier one it resembles: kind and name; else kind.
    static let longStart = 64
    private static let shortStart = 32

    init() {
        anchors = .allocate(capacity: capacity)
        slots = .allocate(capacity: 1 << Int(Self.slotBits))
        slots.initialize(repeating: Slot(), count: 1 << Int(Self.slotBits))
        texts = .allocate(capacity: textCapacity)
        starts = .allocate(capacity: 1 << Int(Self.startBits))
        starts.initialize(repeating: 0, count: 1 << Int(Self.startBits))
    }

    deinit {
        anchors.deallocate()
        slots.deallocate()
        texts.deallocate()
        starts.deallocate()
    }

    mutating func removeAll() {
        guard textCount > 0 else { return }
        starts.update(repeating: 0, count: 1 << Int(Self.startBits))
        slots.update(repeating: Slot(), count: 1 << Int(Self.slotBits))
        count = 0
        textCount = 0
        if capacity > 1 << 20 {
            anchors.deallocate()
            capacity = Self.firstCapacity
            anchors = .allocate(capacity: capacity)
        }
    }

    @inline(__always)
    mutating func append(_ anchor: Anchor) {
        if count == capacity { grow() }
        anchors[count] = anchor
        count += 1
    }

    @inline(never)
    private mutating func grow() {
        let new = UnsafeMutablePointer<Anchor>.allocate(capacity: capacity * 2)
        new.update(from: anchors, count: count)
        anchors.deallocate()
        anchors = new
        capacity *= 2
    }

    mutating func append(_ text: Text) {
        if textCount == textCapacity {
            let new = UnsafeMutablePointer<Text>.allocate(capacity: textCapacity * 2)
            new.update(from: texts, count: textCount)
            texts.deallocate()
            texts = new
            textCapacity *= 2
        }
        texts[textCount] = text
        textCount += 1
    }

    /// The last text that began as the text `own` does at `p`, where `longStart` bytes can be read: those behind its line are padding at worst.
    func resembling(_ p: UnsafeRawPointer, own: Int) -> Int? {
        let byKind = lastStart(p, Self.shortStart, own: own)
        let byName = lastStart(p, Self.longStart, own: own)
        return byName ?? byKind
    }

    private func lastStart(_ p: UnsafeRawPointer, _ count: Int, own: Int) -> Int? {
        let hash = ck_hash(p, UInt64(truncatingIfNeeded: count), 0)
        let slot = starts + Int(truncatingIfNeeded: hash >> (64 - Self.startBits))
        let found = Int(slot.pointee) - 1
        slot.pointee = UInt32(truncatingIfNeeded: own + 1)
        return found >= 0 && found != own ? found : nil
    }

    func firstAnchor(of text: Int) -> Int { text == 0 ? 0 : Int(texts[text - 1].anchorEnd) }

    /// Repeats the anchors after `source`, up to the offset `end` and the anchor `last`, `distance` further on.
    /// - Returns: the first that was not repeated.
    @inline(__always)
    mutating func copy(after source: Int, before end: Int, last: Int, distance: Int) -> Int {
        let first = source + 1
        reserve(last - first + 4)
        // In bounds: room was reserved; the source ends before the anchor that is at `count` and four readable ones behind.
        let n = Int(
            ck_copy_anchors(
                anchors + count, anchors + first, Int64(last - first), UInt32(truncatingIfNeeded: end),
                UInt32(truncatingIfNeeded: distance)))
        count += n
        return first + n
    }

    /// The same within a text that repeats itself: anchors that were just appended are repeated, too.
    mutating func copyOwn(after source: Int, before end: Int, distance: Int) -> Int {
        var next = source + 1
        while next < count, Int(anchors[next].offset) < end {
            let anchor = anchors[next]
            append(Anchor(offset: anchor.offset &+ UInt32(truncatingIfNeeded: distance), state: anchor.state))
            next += 1
        }
        return next
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        while count + additional > capacity { grow() }
    }
}
