import SegmentFormat

/// A test of two values of one event, called once for each distinct pair of them.
package struct PairTest: Sendable {
    package let values: @Sendable (EventValue, EventValue) -> Bool
    /// The same for two times or two durations, which have no codes: a comparison of their microseconds.
    package let microseconds: ValueTest.Comparison?

    package init(
        microseconds: ValueTest.Comparison? = nil, _ values: @escaping @Sendable (EventValue, EventValue) -> Bool
    ) {
        self.values = values
        self.microseconds = microseconds
    }

    /// Clears the byte of each row whose pair does not pass.
    func filter(
        _ mask: UnsafeMutablePointer<UInt8>, _ left: ResolvedField, _ right: ResolvedField, _ reader: RowGroupReader,
        _ scratch: ScanScratch
    ) throws(SegmentError) {
        if let microseconds, case .integers(let a, transform: nil) = left,
            case .integers(let b, transform: nil) = right,
            a.isDuration == b.isDuration
        {
            let x = try a.values(reader, scratch.integers)
            let y = try b.values(reader, scratch.otherIntegers)
            return Self.filter(mask, x, y, reader.rows, microseconds)
        }
        let x = try left.coded(reader, mask, scratch)
        let y = try right.coded(reader, mask, scratch)
        // The codes may lie in memory that the batches own.
        withExtendedLifetime((x, y)) { filter(mask, x, y) }
    }

    private static func filter(
        _ mask: UnsafeMutablePointer<UInt8>, _ x: UnsafePointer<Int64>, _ y: UnsafePointer<Int64>, _ rows: Int,
        _ comparison: ValueTest.Comparison
    ) {
        let less: UInt8 = comparison.holds(-1) ? 1 : 0
        let equal: UInt8 = comparison.holds(0) ? 1 : 0
        let greater: UInt8 = comparison.holds(1) ? 1 : 0
        for i in 0..<rows {
            let isPresent: UInt8 = (x[i] != absentInteger ? 1 : 0) & (y[i] != absentInteger ? 1 : 0)
            mask[i] &= isPresent & (x[i] < y[i] ? less : x[i] == y[i] ? equal : greater)
        }
    }

    private func filter(_ mask: UnsafeMutablePointer<UInt8>, _ x: CodedBatch, _ y: CodedBatch) {
        let rows = x.codes.count
        let width = y.table.count + 1
        let (size, isLarge) = (x.table.count + 1).multipliedReportingOverflow(by: width)
        let unknown: UInt8 = 2
        if !isLarge, size <= max(1 << 16, rows * 4) {
            var known = [UInt8](repeating: unknown, count: size)
            for row in 0..<rows where mask[row] != 0 {
                let pair = Int(x.codes[row]) * width + Int(y.codes[row])
                if known[pair] == unknown { known[pair] = passes(x, y, row) }
                mask[row] = known[pair]
            }
            return
        }
        let numbers = KeyNumbers()
        var known: [UInt8] = []
        for row in 0..<rows where mask[row] != 0 {
            let number = Int(numbers.number(UInt64(x.codes[row]) << 32 | UInt64(y.codes[row])))
            if number == known.count { known.append(passes(x, y, row)) }
            mask[row] = known[number]
        }
    }

    private func passes(_ x: CodedBatch, _ y: CodedBatch, _ row: Int) -> UInt8 {
        guard let a = x.table.value(x.codes[row]), let b = y.table.value(y.codes[row]) else { return 0 }
        return values(a, b) ? 1 : 0
    }
}
