import CKernels
import SegmentFormat

/// Objects and arrays that were found to be JSON before, by how they begin: one that comes again is compared and not
/// scanned. Half of the bytes of bodies are passed over like this (Docs/Decisions.md).
///
/// A container ends itself, so bytes that are equal to one from its first byte to its last are that container, whatever
/// follows. Entries point into the memory that is scanned, which must stay as it is until `removeAll`.
struct KnownContainers: ~Copyable {
    private struct Entry {
        var start: UnsafeRawPointer?
        /// 0: none.
        var count: UInt32 = 0
        /// Of the hash: memory that is far away is looked at for a container that begins alike only.
        var tag: UInt32 = 0
    }
    private struct Open {
        var start: UnsafeRawPointer
        var hash: UInt64
    }
    private let entries: UnsafeMutablePointer<Entry>
    private let open: UnsafeMutablePointer<Open>
    private var isEmpty = true

    private static let bits: UInt64 = 12
    /// Deeper ones are not remembered; they are parts of ones that are.
    static let depth = 64
    /// A shorter container is scanned as fast as it is looked up.
    private static let shortest = 32
    /// Bytes from the start that choose the slot: more tell apart more objects of one kind, fewer find more that go on
    /// differently (24, 48, 128 bytes: 50, 46, 41 % of the bytes are scanned, and more are looked up in vain).
    static let keyBytes = 48

    init() {
        entries = .allocate(capacity: 1 << Int(Self.bits))
        entries.initialize(repeating: Entry(), count: 1 << Int(Self.bits))
        open = .allocate(capacity: Self.depth)
    }

    deinit {
        entries.deallocate()
        open.deallocate()
    }

    mutating func removeAll() {
        guard !isEmpty else { return }
        entries.update(repeating: Entry(), count: 1 << Int(Self.bits))
        isEmpty = true
    }

    @inline(__always)
    private static func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> (64 - bits)) }

    /// The end of the container at `p` if it is known; else it is open from now on, at `depth`.
    ///
    /// In bounds: a key's bytes are fewer than the padding behind the last line. The comparison stops at the first word
    /// that differs, a known container holds no line feed, and thirty-two bytes behind one are padding at worst.
    @inline(__always)
    mutating func end(_ p: UnsafeRawPointer, depth: Int) -> UnsafeRawPointer? {
        @inline(__always) func word(_ p: UnsafeRawPointer, _ at: Int) -> UInt64 {
            p.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        }
        let first =
            (word(p, 0) &* 0x9E37_79B1_85EB_CA87) ^ (word(p, 8) &* 0xC2B2_AE3D_27D4_EB4F)
            ^ (word(p, 16) &* 0x1656_67B1_9E37_79F9)
        let second =
            (word(p, 24) &* 0x85EB_CA77_C2B2_AE63) ^ (word(p, 32) &* 0x27D4_EB2F_1656_67C5)
            ^ (word(p, 40) &* 0xa076_1d64_78bd_642f)
        let hash = (first ^ (second >> 7)) &* 0x9E37_79B1_85EB_CA87
        let entry = entries[Self.slot(hash)]
        if entry.tag == UInt32(truncatingIfNeeded: hash >> 16), let known = entry.start {
            let count = Int(entry.count)
            var i = 0
            while i + 32 <= count, ck_differences(known + i, p + i) == 0 { i += 32 }
            // The last thirty-two bytes again, whole: no entry is shorter.
            if i + 32 > count, ck_differences(known + (count - 32), p + (count - 32)) == 0 { return p + count }
        }
        if depth < Self.depth { open[depth] = Open(start: p, hash: hash) }
        return nil
    }

    /// Remembers the container that was open at `depth` and ends before `end`.
    @inline(__always)
    mutating func close(_ end: UnsafeRawPointer, depth: Int) {
        guard depth < Self.depth else { return }
        let start = open[depth].start
        guard end - start >= Self.shortest else { return }
        let hash = open[depth].hash
        // An event is shorter than four gigabytes by far.
        entries[Self.slot(hash)] = Entry(
            start: start, count: UInt32(truncatingIfNeeded: end - start), tag: UInt32(truncatingIfNeeded: hash >> 16))
        isEmpty = false
    }
}
