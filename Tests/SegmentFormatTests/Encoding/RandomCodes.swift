import SegmentFormat
import TestSupport

/// Codes as columns have them: few values, runs, values new one after the other, partners that repeat.
struct RandomCodes {
    var codes: [UInt32]
    var firstNew: UInt32
    var distances: [UInt16]
    /// Of another column, that some of these follow from.
    var reference: [UInt32] = []

    init(codes: [UInt32], firstNew: UInt32, distances: [UInt16]) {
        self.codes = codes
        self.firstNew = firstNew
        self.distances = distances
    }

    init(_ random: inout SeededRandom, rows: Int) {
        firstNew = UInt32(1 + random.below(3) * 1000)
        distances = (0..<rows).map { random.oneIn(3) && $0 > 0 ? UInt16(1 + random.below(min($0, 65_535))) : 0 }
        codes = []
        codes.reserveCapacity(rows)
        reference = (0..<rows).map { _ in UInt32(random.below(random.oneIn(2) ? 4 : 900)) }
        var next = firstNew
        let style = random.below(5)
        let cardinality = random.pick([1, 2, 300, 70_000, 1 << 30])
        for row in 0..<rows {
            if distances[row] != 0, !random.oneIn(5) {
                codes.append(codes[row - Int(distances[row])])
            } else if style == 3, !random.oneIn(9) {
                codes.append(reference[row] / 3)
            } else if style == 0 || (style == 1 && random.oneIn(2)) {
                codes.append(next)
                next += 1
            } else if style == 2, row > 0, !random.oneIn(50) {
                codes.append(codes[row - 1])
            } else {
                codes.append(UInt32(random.below(cardinality)))
            }
        }
    }
}
