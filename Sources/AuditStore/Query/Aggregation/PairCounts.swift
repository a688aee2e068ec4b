/// How often each pair of two numbers occurs: an open-addressing hash table without deletion.
struct PairCounts: Sendable {
    /// `first << 32 | second`; valid where the count is not 0.
    private(set) var keys: [UInt64]
    private(set) var counts: [UInt64]
    private(set) var count = 0

    init(capacity: Int = 64) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        keys = Array(repeating: 0, count: size)
        counts = Array(repeating: 0, count: size)
    }

    @inline(__always)
    static func hash(_ key: UInt64) -> UInt64 {
        let product = key.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        return product.high ^ product.low
    }

    @inline(__always)
    mutating func add(_ key: UInt64, _ n: UInt64) {
        if count * 2 >= keys.count { grow() }
        let mask = keys.count - 1
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while counts[slot] != 0, keys[slot] != key { slot = (slot + 1) & mask }
        count &+= counts[slot] == 0 ? 1 : 0
        keys[slot] = key
        counts[slot] &+= n
    }

    private mutating func grow() {
        var larger = PairCounts(capacity: keys.count)
        for i in keys.indices {
            if isAbandoned(i) { break }
            if counts[i] != 0 { larger.add(keys[i], counts[i]) }
        }
        self = larger
    }

    /// All pairs, ascending.
    func sorted() -> [(key: UInt64, count: UInt64)] {
        var pairs: [(key: UInt64, count: UInt64)] = []
        pairs.reserveCapacity(count)
        for (key, n) in zip(keys, counts) where n != 0 { pairs.append((key, n)) }
        pairs.sort { $0.key < $1.key }
        return pairs
    }
}
