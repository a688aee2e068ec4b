/// Finds the values of some ranks without sorting all: quickselect (Hoare 1961), several ranks at once.
enum Selection {
    /// Below this, sorting is faster.
    private static let small = 32

    /// Puts the values of the given ranks where they would stand if all were sorted.
    ///
    /// - Parameter ranks: ascending, from 0 on, each below the number of values.
    static func select(_ ranks: [Int], in values: UnsafeMutableBufferPointer<Int64>) throws {
        var start = 0
        for rank in ranks where rank >= start {
            try select(rank, in: UnsafeMutableBufferPointer(rebasing: values[start...]), offset: start)
            // All after a rank are no smaller than it.
            start = rank + 1
        }
    }

    private static func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Int64>, offset: Int) throws {
        var rank = rank - offset
        var rest = values
        // Pivots that keep being bad end in a sort, which takes n log n at worst.
        var rounds = 2 * (Int.bitWidth - values.count.leadingZeroBitCount)
        while rest.count > small, rounds > 0 {
            try checkCancellation()
            rounds -= 1
            let pivot = pivot(of: rest)
            let below = partition(rest) { $0 < pivot }
            if rank < below {
                rest = UnsafeMutableBufferPointer(rebasing: rest[..<below])
                continue
            }
            let upper = UnsafeMutableBufferPointer(rebasing: rest[below...])
            let equal = partition(upper) { $0 == pivot }
            if rank < below + equal { return }
            rest = UnsafeMutableBufferPointer(rebasing: upper[equal...])
            rank -= below + equal
        }
        var check = CancellationCheck()
        try rest.sort {
            try check.step()
            return $0 < $1
        }
    }

    /// Moves the values that pass to the front, without a branch that depends on them.
    ///
    /// - Returns: how many pass.
    @inline(__always)
    private static func partition(_ values: UnsafeMutableBufferPointer<Int64>, passes: (Int64) -> Bool) -> Int {
        guard let base = values.baseAddress else { return 0 }
        var next = 0
        for i in 0..<values.count {
            let value = base[i]
            base[i] = base[next]
            base[next] = value
            next &+= passes(value) ? 1 : 0
        }
        return next
    }

    /// The median of three, or of three medians.
    private static func pivot(of values: UnsafeMutableBufferPointer<Int64>) -> Int64 {
        let (last, middle) = (values.count - 1, values.count / 2)
        guard values.count > 1024 else { return median(values[0], values[middle], values[last]) }
        let step = values.count / 8
        return median(
            median(values[0], values[step], values[2 * step]),
            median(values[middle - step], values[middle], values[middle + step]),
            median(values[last - 2 * step], values[last - step], values[last]))
    }

    private static func median(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 { max(min(a, b), min(max(a, b), c)) }
}
