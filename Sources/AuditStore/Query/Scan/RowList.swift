/// Some rows of a row group, ascending; or all of them, which need no list. Rows that were expanded by their lists occur several times.
struct RowList {
    let count: Int
    /// nil: all rows, from 0 on.
    let numbers: UnsafePointer<UInt32>?

    init(all count: Int) {
        self.count = count
        numbers = nil
    }

    init(_ numbers: UnsafePointer<UInt32>, count: Int) {
        self.count = count
        self.numbers = numbers
    }

    /// Calls `body` with the position in the list and the row. Two loops, so that neither asks which one it is.
    @inline(__always)
    func forEach(_ body: (_ position: Int, _ row: Int) -> Void) {
        if let numbers {
            for i in 0..<count { body(i, Int(numbers[i])) }
        } else {
            for i in 0..<count { body(i, i) }
        }
    }

    var array: [UInt32] {
        if let numbers { return Array(UnsafeBufferPointer(start: numbers, count: count)) }
        return (0..<UInt32(count)).map { $0 }
    }
}
