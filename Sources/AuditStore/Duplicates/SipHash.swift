/// SipHash-2-4 with 128 bits (Jean-Philippe Aumasson and Daniel J. Bernstein), a keyed hash.
///
/// An event whose digest is known is dropped, and a client has a hand in what its events say. XXH64, which guards blocks
/// against accidents, has pairs of texts that collide under half of all seeds: a client could have an event of its own
/// dropped as the copy of a harmless one. Without the key, nobody can find a pair that collides under SipHash.
enum SipHash {
    struct Digest: Hashable, Sendable {
        var first: UInt64
        var second: UInt64
    }

    static func digest(_ bytes: UnsafeRawBufferPointer, key: StoreSecret) -> Digest {
        var v0 = key.first ^ 0x736f_6d65_7073_6575
        var v1 = key.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
        var v2 = key.first ^ 0x6c79_6765_6e65_7261
        var v3 = key.second ^ 0x7465_6462_7974_6573

        @inline(__always) func rotate(_ x: UInt64, _ n: UInt64) -> UInt64 { (x << n) | (x >> (64 - n)) }
        @inline(__always) func round() {
            v0 &+= v1
            v1 = rotate(v1, 13) ^ v0
            v0 = rotate(v0, 32)
            v2 &+= v3
            v3 = rotate(v3, 16) ^ v2
            v0 &+= v3
            v3 = rotate(v3, 21) ^ v0
            v2 &+= v1
            v1 = rotate(v1, 17) ^ v2
            v2 = rotate(v2, 32)
        }
        @inline(__always) func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        let whole = bytes.count & ~7
        var offset = 0
        while offset < whole {
            absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for i in whole..<bytes.count { last |= UInt64(bytes[i]) << UInt64(8 * (i - whole)) }
        absorb(last)

        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let first = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return Digest(first: first, second: v0 ^ v1 ^ v2 ^ v3)
    }
}
