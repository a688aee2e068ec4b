import CKernels
import SegmentFormat

/// Gives documents codes, in order of first appearance, without copying them: they stay where they stand in the chunk.
///
/// Two entries may be alike: a document that is missed costs some bytes of the page, where it is one copy of the former.
/// So a hash of samples is enough, and nothing chosen to collide makes it slow.
struct DocumentTable: ~Copyable {
    struct Entry {
        var start: UnsafeRawPointer
        var count: Int
        /// Where the document is among those of the page.
        var position: Int
    }
    /// High half: of the hash. Low half: the code, 0 where the slot is free. Allocated with the first document.
    private var slots: UnsafeMutablePointer<UInt64>?
    private var mask = 0
    private var entries: UnsafeMutablePointer<Entry>?
    private(set) var count = 0

    /// Slots looked at for one document.
    private static let probes = 8
    /// Words that a hash samples beside the first and the last.
    private static let samples = 8

    deinit {
        slots?.deallocate()
        entries?.deallocate()
    }

    func entry(_ code: UInt32) -> Entry { entries![Int(code) - 1] }

    /// The code of the `n` bytes at `p`, which stay there until `removeAll`, with padding behind them; a new one if they
    /// were not here before.
    /// - Parameter position: that of the document if it is new.
    mutating func code(_ p: UnsafeRawPointer, _ n: Int, position: Int) -> (code: UInt32, isNew: Bool) {
        if slots == nil || count * 3 > mask { grow() }
        let hash = Self.hash(p, n)
        let tag = hash & 0xFFFF_FFFF_0000_0000
        var slot = Int(truncatingIfNeeded: hash >> 32) & mask
        let slots = slots!
        for probe in 0..<Self.probes {
            if probe > 0 { slot = (slot + 1) & mask }
            let found = slots[slot]
            if found == 0 { break }
            if found & 0xFFFF_FFFF_0000_0000 == tag {
                let code = UInt32(truncatingIfNeeded: found)
                let entry = entries![Int(code) - 1]
                if entry.count == n, ValueDictionary.isEqual(padded: entry.start, p, n) { return (code, false) }
            }
        }
        entries![count] = Entry(start: p, count: n, position: position)
        count += 1
        // The newest takes the last slot looked at: it is the likelier to come again.
        slots[slot] = tag | UInt64(count)
        return (UInt32(count), true)
    }

    private mutating func grow() {
        let size = slots == nil ? 1024 : (mask + 1) * 2
        let new = UnsafeMutablePointer<UInt64>.allocate(capacity: size)
        new.initialize(repeating: 0, count: size)
        let newEntries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
        if let slots, let entries {
            newEntries.moveInitialize(from: entries, count: count)
            for old in 0...mask where slots[old] != 0 {
                // Linear probing ends: the table is at most a third full.
                var slot = Int(truncatingIfNeeded: slots[old] >> 32) & (size - 1)
                while new[slot] != 0 { slot = (slot + 1) & (size - 1) }
                new[slot] = slots[old]
            }
            slots.deallocate()
            entries.deallocate()
        }
        slots = new
        entries = newEntries
        mask = size - 1
    }

    mutating func removeAll() {
        guard count > 0, let slots else { return }
        slots.update(repeating: 0, count: mask + 1)
        count = 0
    }

    /// In bounds: every load is of eight bytes that end at or before `n`, or within the padding.
    private static func hash(_ p: UnsafeRawPointer, _ n: Int) -> UInt64 {
        guard n >= 64 else { return ck_hash(p, UInt64(truncatingIfNeeded: n), 0) }
        var state = UInt64(truncatingIfNeeded: n)
        let step = (n - 8) / (samples + 1)
        for i in 0...samples {
            state ^= p.loadUnaligned(fromByteOffset: i * step, as: UInt64.self)
            state = (state << 29 | state >> 35) &* 0x9E37_79B1_85EB_CA87
        }
        state ^= p.loadUnaligned(fromByteOffset: n - 8, as: UInt64.self)
        return ck_mix(state, 0xe703_7ed1_a0b4_28db)
    }
}
