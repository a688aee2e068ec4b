/// Gives distinct values codes from 1 on, in order of first appearance.
struct ValueInterner: Sendable {
    private(set) var values = ChunkedArray<EventValue>()
    /// One a value, so that few values are compared that are not equal.
    private var hashes = ChunkedArray<UInt64>()
    /// An open-addressing hash table of codes; 0 is an empty slot.
    private var slots = ZeroedTable<UInt32>(16)
    /// Bytes that the values have outside of the array.
    private var textBytes = 0

    mutating func code(_ value: EventValue) -> UInt32 {
        if values.count * 2 >= slots.count { grow() }
        let hash = ValueHash.of(value)
        let table = slots.start
        let mask = slots.count - 1
        // In bounds: the mask is that of the size; half of the slots are free.
        var slot = Int(truncatingIfNeeded: hash) & mask
        while table[slot] != 0 {
            let known = Int(table[slot]) - 1
            if hashes[known] == hash, values[known] == value { return table[slot] }
            slot = (slot + 1) & mask
        }
        values.append(value)
        hashes.append(hash)
        textBytes += value.heapBytes
        ZeroedTable.ensureUnique(&slots)
        slots.start[slot] = UInt32(values.count)
        return UInt32(values.count)
    }

    private mutating func grow() {
        let larger = ZeroedTable<UInt32>(slots.count * 2)
        let mask = larger.count - 1
        for i in 0..<hashes.count {
            if isAbandoned(i) { break }
            var slot = Int(truncatingIfNeeded: hashes[i]) & mask
            while larger.start[slot] != 0 { slot = (slot + 1) & mask }
            larger.start[slot] = UInt32(i + 1)
        }
        slots = larger
    }

    var table: ValueTable { ValueTable(.values(Array(values)), count: values.count) }

    /// Bytes, roughly. That arrays have room to grow is for those who budget to allow for: so the figure grows evenly.
    var memory: Int { values.count * (MemoryLayout<EventValue>.stride + 8 + 12) + textBytes }
}

extension EventValue {
    /// Bytes of the value outside of itself, roughly: strings of up to 15 bytes have none.
    var heapBytes: Int {
        switch self {
        case .string(let text), .json(let text): text.utf8.count > 15 ? text.utf8.count + 48 : 0
        case .list(let values): values.reduce(32) { $0 + MemoryLayout<EventValue>.stride + $1.heapBytes }
        default: 0
        }
    }
}
