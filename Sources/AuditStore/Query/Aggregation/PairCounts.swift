/// How often each pair of two numbers occurs: an open-addressing hash table without deletion.
struct PairCounts: Sendable {
    private struct Slot: BitwiseCopyable {
        /// `first << 32 | second`; valid where the count is not 0.
        var key: UInt64
        var count: UInt64
    }

    private var slots: ZeroedTable<Slot>
    private(set) var count = 0

    init(capacity: Int = 64) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        slots = ZeroedTable(size)
    }

    @inline(__always)
    static func hash(_ key: UInt64) -> UInt64 {
        let product = key.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        return product.high ^ product.low
    }

    @inline(__always)
    mutating func add(_ key: UInt64, _ n: UInt64) {
        if count * 2 >= slots.count { grow() }
        ZeroedTable.ensureUnique(&slots)
        insert(key, n)
    }

    /// The table is this value's alone.
    @inline(__always)
    private mutating func insert(_ key: UInt64, _ n: UInt64) {
        let table = slots.start
        let mask = slots.count - 1
        // In bounds: the mask is that of the size; half of the slots are free.
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while table[slot].count != 0, table[slot].key != key { slot = (slot + 1) & mask }
        count &+= table[slot].count == 0 ? 1 : 0
        table[slot].key = key
        table[slot].count &+= n
    }

    private mutating func grow() {
        var larger = PairCounts(capacity: slots.count)
        for i in 0..<slots.count {
            if isAbandoned(i) { break }
            let slot = slots.start[i]
            if slot.count != 0 { larger.insert(slot.key, slot.count) }
        }
        self = larger
    }

    /// Calls the body with every pair, in no order.
    @inline(__always)
    func forEach(_ body: (_ key: UInt64, _ count: UInt64) throws -> Void) rethrows {
        for i in 0..<slots.count {
            let slot = slots.start[i]
            if slot.count != 0 { try body(slot.key, slot.count) }
        }
    }

    /// All pairs, in no order.
    var array: [(key: UInt64, count: UInt64)] {
        var pairs: [(key: UInt64, count: UInt64)] = []
        pairs.reserveCapacity(count)
        forEach { pairs.append(($0, $1)) }
        return pairs
    }
}
