import CKernels
package import SegmentFormat

/// Gives each distinct value of a column a code, in order of first appearance, from 1 on.
package struct ValueDictionary: ~Copyable {
    /// An entry by its hash: all that a look-up needs before it compares.
    private struct Slot {
        /// The high half of the hash.
        var tag: UInt32 = 0
        /// 0 where the slot is free.
        var code: UInt32 = 0
        var start: UInt32 = 0
        var count: UInt32 = 0
    }
    // What a look-up needs comes first, so that it is in one line of the cache (see Column).
    /// A copy of `processSeed`: a static value is looked up behind a check that it was initialised.
    private let seed = Self.processSeed
    private var slots: UnsafeMutablePointer<Slot>
    private var mask: Int
    package private(set) var values = ByteArena(capacity: 1 << 12)
    /// `ends[c]` is where entry `c` ends; `ends[0]` is 0.
    private var ends: UnsafeMutablePointer<UInt32>
    private var endsCapacity: Int
    package private(set) var count = 0

    /// A secret of the process: values come from outside, and must not be chosen to collide.
    static let processSeed: UInt64 = .random(in: .min ... .max)

    package init() {
        mask = 63
        slots = .allocate(capacity: 64)
        slots.initialize(repeating: Slot(), count: 64)
        endsCapacity = 64
        ends = .allocate(capacity: 64)
        ends[0] = 0
    }

    deinit {
        slots.deallocate()
        ends.deallocate()
    }

    /// For the writer; valid until the next change.
    package var input: DictionaryInput { DictionaryInput(bytes: values.bytes.baseAddress!, ends: ends, count: count) }

    @inline(__always)
    package func entry(_ code: UInt32) -> UnsafeRawBufferPointer {
        let start = Int(ends[Int(code) - 1])
        return UnsafeRawBufferPointer(start: values.base + start, count: Int(ends[Int(code)]) - start)
    }

    /// The code of the `n` bytes at `p`; a new one if they were not here before.
    package mutating func code(_ p: UnsafeRawPointer, _ n: Int) -> UInt32 {
        guard n < 32 else { return code(padded: p, n) }
        return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
            let copy = buffer.baseAddress!
            copy.initializeMemory(as: UInt8.self, repeating: 0, count: 32)
            copy.copyMemory(from: p, byteCount: n)
            return code(padded: copy, n)
        }
    }

    /// The same for bytes that lie where at least thirty-two can be read.
    @inline(__always)
    mutating func code(padded p: UnsafeRawPointer, _ n: Int) -> UInt32 { code(padded: p, n, tag: tag(p, n)) }

    /// Of the hash of `n` bytes where at least thirty-two can be read.
    @inline(__always)
    func tag(_ p: UnsafeRawPointer, _ n: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: ck_hash(p, UInt64(truncatingIfNeeded: n), seed) >> 32)
    }

    @inline(__always)
    mutating func code(padded p: UnsafeRawPointer, _ n: Int, tag: UInt32) -> UInt32 {
        var index = Int(truncatingIfNeeded: tag) & mask
        // A free slot always exists: the table is grown at two thirds.
        while true {
            let slot = slots[index]
            if slot.code == 0 { return insert(p, n, tag: tag, at: index) }
            if slot.tag == tag, Int(slot.count) == n, Self.isEqual(padded: values.base + Int(slot.start), p, n) {
                return slot.code
            }
            index = (index + 1) & mask
        }
    }

    /// The code of the `n` bytes at `p`, where at least thirty-two can be read; 0 if they were not here before.
    func find(padded p: UnsafeRawPointer, _ n: Int) -> UInt32 {
        let tag = tag(p, n)
        var index = Int(truncatingIfNeeded: tag) & mask
        while true {
            let slot = slots[index]
            if slot.code == 0 { return 0 }
            if slot.tag == tag, Int(slot.count) == n, Self.isEqual(padded: values.base + Int(slot.start), p, n) {
                return slot.code
            }
            index = (index + 1) & mask
        }
    }

    /// Has the slot loaded that will be looked at first.
    @inline(__always)
    func prefetchSlot(_ tag: UInt32) { ck_prefetch(slots + (Int(truncatingIfNeeded: tag) & mask)) }

    /// Has the value loaded that will be compared first.
    @inline(__always)
    func prefetchValue(_ tag: UInt32) {
        ck_prefetch(values.base + Int(slots[Int(truncatingIfNeeded: tag) & mask].start))
    }

    @inline(never)
    private mutating func insert(_ p: UnsafeRawPointer, _ n: Int, tag: UInt32, at index: Int) -> UInt32 {
        // Chunks are cut long before a dictionary's text comes near the four gigabytes that `ends` can count.
        precondition(values.count + n <= Int(UInt32.max))
        count += 1
        if count == endsCapacity {
            let new = UnsafeMutablePointer<UInt32>.allocate(capacity: endsCapacity * 2)
            new.update(from: ends, count: count)
            ends.deallocate()
            ends = new
            endsCapacity *= 2
        }
        slots[index] = Slot(
            tag: tag, code: UInt32(count), start: UInt32(truncatingIfNeeded: values.count),
            count: UInt32(truncatingIfNeeded: n))
        values.append(p, count: n)
        ends[count] = UInt32(values.count)
        if count * 3 > (mask + 1) * 2 { grow() }
        return UInt32(count)
    }

    private mutating func grow() {
        let size = (mask + 1) * 2
        let new = UnsafeMutablePointer<Slot>.allocate(capacity: size)
        new.initialize(repeating: Slot(), count: size)
        for old in 0...mask where slots[old].code != 0 {
            var index = Int(truncatingIfNeeded: slots[old].tag) & (size - 1)
            while new[index].code != 0 { index = (index + 1) & (size - 1) }
            new[index] = slots[old]
        }
        slots.deallocate()
        slots = new
        mask = size - 1
    }

    /// Forgets all values; keeps the memory unless it is unusually large.
    package mutating func removeAll() {
        if mask + 1 > 1 << 16 {
            slots.deallocate()
            slots = .allocate(capacity: 64)
            mask = 63
        }
        if count > 0 { slots.update(repeating: Slot(), count: mask + 1) }
        values.removeAll(keepingAtMost: 8 << 20)
        count = 0
        ends[0] = 0
    }

    /// Whether the bytes are equal, where at least thirty-two can be read of each.
    @inline(__always)
    static func isEqual(padded a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ n: Int) -> Bool {
        if n <= 32 {
            let mask = UInt32(truncatingIfNeeded: (1 as UInt64) &<< UInt64(truncatingIfNeeded: n) &- 1)
            return ck_differences(a, b) & mask == 0
        }
        var i = 0
        while i <= n - 32 {
            if ck_differences(a + i, b + i) != 0 { return false }
            i += 32
        }
        return ck_differences(a + (n - 32), b + (n - 32)) == 0
    }

    @inline(__always)
    static func isEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ n: Int) -> Bool {
        if n >= 8 {
            var i = 0
            while i <= n - 8 {
                if a.loadUnaligned(fromByteOffset: i, as: UInt64.self)
                    != b.loadUnaligned(fromByteOffset: i, as: UInt64.self)
                {
                    return false
                }
                i += 8
            }
            return a.loadUnaligned(fromByteOffset: n - 8, as: UInt64.self)
                == b.loadUnaligned(fromByteOffset: n - 8, as: UInt64.self)
        }
        if n >= 4 {
            return a.loadUnaligned(as: UInt32.self) == b.loadUnaligned(as: UInt32.self)
                && a.loadUnaligned(fromByteOffset: n - 4, as: UInt32.self)
                    == b.loadUnaligned(fromByteOffset: n - 4, as: UInt32.self)
        }
        var i = 0
        while i < n {
            if a.load(fromByteOffset: i, as: UInt8.self) != b.load(fromByteOffset: i, as: UInt8.self) { return false }
            i += 1
        }
        return true
    }
}
