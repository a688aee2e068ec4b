/// What the zone map and the choice of an encoding need to know of a column's codes, found in one pass.
struct CodeSummary {
    private(set) var smallest: UInt32 = 0
    private(set) var largest: UInt32 = 0
    private(set) var absent = 0
    /// Maximal runs of equal codes.
    private(set) var runs = 0

    /// - Parameter codes: at least one; each below 2^31.
    init(_ codes: UnsafeBufferPointer<UInt32>) {
        guard let first = codes.first, let base = codes.baseAddress else { return }
        let count = codes.count
        // Signed and of one width, so that the loop becomes vector instructions of every processor; the same with Swift's
        // SIMD types was five times slower.
        base.withMemoryRebound(to: Int32.self, capacity: count) { p in
            var smallest = p[0]
            var largest = p[0]
            var equal: Int32 = 0
            var zeros: Int32 = 0
            var i = 1
            while i < count {
                let code = p[i]
                smallest = code < smallest ? code : smallest
                largest = code > largest ? code : largest
                equal &+= code == p[i &- 1] ? 1 : 0
                zeros &+= code == 0 ? 1 : 0
                i &+= 1
            }
            self.smallest = UInt32(bitPattern: smallest)
            self.largest = UInt32(bitPattern: largest)
            runs = count - Int(equal)
            absent = Int(zeros) + (first == absentCode ? 1 : 0)
        }
    }
}
