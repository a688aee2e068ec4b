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
    private var slots: UnsafeMutablePointer<Slot>
    private var mask: Int
    package private(set) var values = ByteArena(capacity: 1 << 12)
    /// `ends[c]` is where entry `c` ends; `ends[0]` is 0.
    private var ends: UnsafeMutablePointer<UInt32>
    private var endsCapacity: Int
    package private(set) var count = 0

    /// A secret of the process: values come from outside, and must not be chosen to collide.
    static let processSeed: UInt64 = .random(in: .min ... .max)
    /// A copy beside the table: a static value is looked up behind a check that it was initialised.
    private let seed = Self.processSeed

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
    @inline(__always)
    package mutating func code(_ p: UnsafeRawPointer, _ n: Int) -> UInt32 {
        let tag = UInt32(truncatingIfNeeded: Self.hash(p, n, seed: seed) >> 32)
        var index = Int(truncatingIfNeeded: tag) & mask
        // A free slot always exists: the table is grown at two thirds.
        while true {
            let slot = slots[index]
            if slot.code == 0 { return insert(p, n, tag: tag, at: index) }
            if slot.tag == tag, Int(slot.count) == n, Self.isEqual(values.base + Int(slot.start), p, n) {
                return slot.code
            }
            index = (index + 1) & mask
        }
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
        let size = (mask + 1) * 4
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

    @inline(__always)
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// A multiply-and-fold hash in the manner of wyhash (Wang Yi). In memory only, never in a file.
    @inline(__always)
    static func hash(_ p: UnsafeRawPointer, _ n: Int, seed: UInt64) -> UInt64 {
        let k1: UInt64 = 0xa076_1d64_78bd_642f
        let k2: UInt64 = 0xe703_7ed1_a0b4_28db
        var a: UInt64
        var b: UInt64
        var state = seed
        if n >= 8 {
            if n > 16 {
                var i = 0
                while i < n - 16 {
                    state = mix(
                        p.loadUnaligned(fromByteOffset: i, as: UInt64.self) ^ k1,
                        p.loadUnaligned(fromByteOffset: i + 8, as: UInt64.self) ^ state)
                    i += 16
                }
                a = p.loadUnaligned(fromByteOffset: n - 16, as: UInt64.self)
            } else {
                a = p.loadUnaligned(as: UInt64.self)
            }
            b = p.loadUnaligned(fromByteOffset: n - 8, as: UInt64.self)
        } else if n >= 4 {
            a = UInt64(p.loadUnaligned(as: UInt32.self))
            b = UInt64(p.loadUnaligned(fromByteOffset: n - 4, as: UInt32.self))
        } else if n > 0 {
            a = UInt64(p.load(as: UInt8.self)) << 16 | UInt64(p.load(fromByteOffset: n >> 1, as: UInt8.self)) << 8
            a |= UInt64(p.load(fromByteOffset: n - 1, as: UInt8.self))
            b = 0
        } else {
            a = 0
            b = 0
        }
        return mix(mix(a ^ k1, b ^ state), k2 ^ UInt64(truncatingIfNeeded: n))
    }

    @inline(__always)
    static func isEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ n: Int) -> Bool {
        if n >= 8 {
            var i = 0
            while i <= n - 8 {
                if a.loadUnaligned(fromByteOffset: i, as: UInt64.self) != b.loadUnaligned(fromByteOffset: i, as: UInt64.self) {
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
