/// Gives distinct 64-bit keys numbers from 0 on, in order of first appearance.
///
/// It begins small and grows: most row groups have few groups, and a table for as many as there are rows would take longer to clear
/// than to fill.
final class KeyNumbers {
    // Plain memory: there is a look-up a row, and an array would ask each time whether it is shared.
    private var keys: UnsafeMutablePointer<UInt64>
    private var numbers: UnsafeMutablePointer<UInt32>
    private var size = 1024
    private(set) var count = 0
    private static let none = UInt32.max

    init() {
        keys = .allocate(capacity: size)
        numbers = .allocate(capacity: size)
        numbers.initialize(repeating: Self.none, count: size)
    }

    deinit {
        keys.deallocate()
        numbers.deallocate()
    }

    @inline(__always)
    func number(_ key: UInt64) -> UInt32 {
        let mask = size &- 1
        var slot = Int(truncatingIfNeeded: PairCounts.hash(key)) & mask
        // In bounds: the mask is that of the size; half of the slots are free.
        while numbers[slot] != Self.none {
            if keys[slot] == key { return numbers[slot] }
            slot = (slot &+ 1) & mask
        }
        return insert(key, at: slot)
    }

    @inline(never)
    private func insert(_ key: UInt64, at slot: Int) -> UInt32 {
        keys[slot] = key
        numbers[slot] = UInt32(count)
        count += 1
        if count * 2 >= size { grow() }
        return UInt32(count - 1)
    }

    private func grow() {
        let (formerKeys, formerNumbers, formerSize) = (keys, numbers, size)
        size *= 4
        keys = .allocate(capacity: size)
        numbers = .allocate(capacity: size)
        numbers.initialize(repeating: Self.none, count: size)
        for former in 0..<formerSize where formerNumbers[former] != Self.none {
            var slot = Int(truncatingIfNeeded: PairCounts.hash(formerKeys[former])) & (size - 1)
            while numbers[slot] != Self.none { slot = (slot + 1) & (size - 1) }
            keys[slot] = formerKeys[former]
            numbers[slot] = formerNumbers[former]
        }
        formerKeys.deallocate()
        formerNumbers.deallocate()
    }
}
