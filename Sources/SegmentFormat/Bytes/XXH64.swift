/// The 64-bit hash of xxHash (Yann Collet, `doc/xxhash_spec.md` of Cyan4973/xxHash), used as the checksum of every block.
///
/// It needs no special instruction, so a file reads alike on every machine, and it runs at the speed of memory. It guards
/// against accidents, not against an adversary.
package enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    @inline(__always)
    private static func rotate(_ x: UInt64, _ r: UInt64) -> UInt64 { (x << r) | (x >> (64 - r)) }

    @inline(__always)
    private static func round(_ accumulator: UInt64, _ lane: UInt64) -> UInt64 {
        rotate(accumulator &+ lane &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func merge(_ accumulator: UInt64, _ lane: UInt64) -> UInt64 {
        (accumulator ^ round(0, lane)) &* prime1 &+ prime4
    }

    package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var hash = seed &+ prime5
        var rest = bytes.count
        guard var p = bytes.baseAddress else { return finish(hash) }
        @inline(__always) func word(_ at: Int) -> UInt64 {
            UInt64(littleEndian: p.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        // In bounds: `rest` counts the bytes from `p` on, and each load is guarded by it.
        if rest >= 32 {
            var a = seed &+ prime1 &+ prime2
            var b = seed &+ prime2
            var c = seed
            var d = seed &- prime1
            repeat {
                a = round(a, word(0))
                b = round(b, word(8))
                c = round(c, word(16))
                d = round(d, word(24))
                p += 32
                rest -= 32
            } while rest >= 32
            hash = rotate(a, 1) &+ rotate(b, 7) &+ rotate(c, 12) &+ rotate(d, 18)
            hash = merge(merge(merge(merge(hash, a), b), c), d)
        }
        hash = hash &+ UInt64(bytes.count)
        while rest >= 8 {
            hash = rotate(hash ^ round(0, word(0)), 27) &* prime1 &+ prime4
            p += 8
            rest -= 8
        }
        if rest >= 4 {
            let lane = UInt64(UInt32(littleEndian: p.loadUnaligned(as: UInt32.self)))
            hash = rotate(hash ^ (lane &* prime1), 23) &* prime2 &+ prime3
            p += 4
            rest -= 4
        }
        while rest > 0 {
            hash = rotate(hash ^ (UInt64(p.load(as: UInt8.self)) &* prime5), 11) &* prime1
            p += 1
            rest -= 1
        }
        return finish(hash)
    }

    @inline(__always)
    private static func finish(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ (hash >> 33)) &* prime2
        hash = (hash ^ (hash >> 29)) &* prime3
        return hash ^ (hash >> 32)
    }
}
