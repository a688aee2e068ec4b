package import SegmentFormat

/// Gives each distinct value of a column a code, in order of first appearance, from 1 on.
package struct ValueDictionary: ~Copyable {
    /// High half: of the hash. Low half: the code, 0 where the slot is free.
    private var slots: UnsafeMutablePointer<UInt64>
    private var mask: Int
    package private(set) var values = ByteArena(capacity: 1 << 12)
    /// `ends[c]` is where entry `c` ends; `ends[0]` is 0.
    private var ends: UnsafeMutablePointer<UInt32>
    private var endsCapacity: Int
    package private(set) var count = 0

    /// A secret of the process: values come from outside, and must not be chosen to collide.
    private static let seed: UInt64 = .random(in: .min ... .max)

    package init() {
        mask = 63
        slots = .allocate(capacity: 64)
        slots.initialize(repeating: 0, count: 64)
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
        return UnsafeRawBufferPointer(start: values.bytes.baseAddress! + start, count: Int(ends[Int(code)]) - start)
    }

    /// The code of the `n` bytes at `p`; a new one if they were not here before.
    @inline(__always)
    package mutating func code(_ p: UnsafeRawPointer, _ n: Int) -> UInt32 {
        let hash = Self.hash(p, n)
        var slot = Int(truncatingIfNeeded: hash) & mask
        let tag = hash & 0xFFFF_FFFF_0000_0000
        // A free slot always exists: the table is grown at two thirds.
        while true {
            let found = slots[slot]
            if found == 0 { return insert(p, n, tag: tag, slot: slot) }
            if found & 0xFFFF_FFFF_0000_0000 == tag {
                let code = Int(truncatingIfNeeded: found & 0xFFFF_FFFF)
                let start = Int(ends[code - 1])
                if Int(ends[code]) - start == n, Self.isEqual(values.bytes.baseAddress! + start, p, n) {
                    return UInt32(truncatingIfNeeded: code)
                }
            }
            slot = (slot + 1) & mask
        }
    }

    @inline(never)
    private mutating func insert(_ p: UnsafeRawPointer, _ n: Int, tag: UInt64, slot: Int) -> UInt32 {
        // Chunks are cut long before a dictionary's text comes near the four gigabytes that `ends` can count.
        precondition(values.bytes.count + n <= Int(UInt32.max))
        count += 1
        if count == endsCapacity {
            let new = UnsafeMutablePointer<UInt32>.allocate(capacity: endsCapacity * 2)
            new.update(from: ends, count: count)
            ends.deallocate()
            ends = new
            endsCapacity *= 2
        }
        values.append(p, count: n)
        ends[count] = UInt32(values.bytes.count)
        slots[slot] = tag | UInt64(count)
        if count * 3 > (mask + 1) * 2 { grow() }
        return UInt32(count)
    }

    private mutating func grow() {
        let size = (mask + 1) * 4
        slots.deallocate()
        slots = .allocate(capacity: size)
        slots.initialize(repeating: 0, count: size)
        mask = size - 1
        for code in 1...count {
            let entry = entry(UInt32(code))
            let hash = Self.hash(entry.baseAddress!, entry.count)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(code)
        }
    }

    /// Forgets all values; keeps the memory unless it is unusually large.
    package mutating func removeAll() {
        if mask + 1 > 1 << 14 {
            slots.deallocate()
            slots = .allocate(capacity: 64)
            mask = 63
        }
        slots.update(repeating: 0, count: mask + 1)
        values.removeAll(keepingAtMost: 8 << 20)
        count = 0
        ends[0] = 0
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// A multiply-and-fold hash in the manner of wyhash (Wang Yi). In memory only, never in a file.
    @inline(__always)
    private static func hash(_ p: UnsafeRawPointer, _ n: Int) -> UInt64 {
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
