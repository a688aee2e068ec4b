extension RegularExpression {
    /// Simple case folding: which code points `(?i)` takes for the same.
    ///
    /// The pairs come from the case mappings of the standard library instead of a table of ours. Two code points are
    /// the same if a mapping to upper, lower or title case leads from one to the other and is a single code point.
    /// Dotted İ and dotless ı are not folded, as in RE2, since they fold to letters in Turkish only.
    struct CaseFolding: Sendable {
        struct Pair: Sendable {
            let from: UInt32
            let to: UInt32
        }

        /// Made once, at the first `(?i)` that meets more than ASCII.
        private static let unicode = CaseFolding()

        /// Every ordered pair of equal code points, ascending.
        private let pairs: [Pair]

        private init() {
            var groups: [[UInt32]] = []
            var groupOf: [UInt32: Int] = [:]
            // There is no case beyond the first supplementary plane.
            for value in UInt32(0)..<0x20000 where value != 0x130 && value != 0x131 {
                guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenCaseMapped else { continue }
                let properties = scalar.properties
                for mapping in [properties.lowercaseMapping, properties.uppercaseMapping, properties.titlecaseMapping] {
                    let mapped = mapping.unicodeScalars
                    guard let other = mapped.first?.value, mapped.count == 1, other != value else { continue }
                    Self.join(value, other, &groups, &groupOf)
                }
            }
            var pairs: [Pair] = []
            for group in groups {
                for from in group {
                    for to in group where from != to { pairs.append(Pair(from: from, to: to)) }
                }
            }
            self.pairs = pairs.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        }

        private static func join(_ a: UInt32, _ b: UInt32, _ groups: inout [[UInt32]], _ groupOf: inout [UInt32: Int]) {
            switch (groupOf[a], groupOf[b]) {
            case (nil, nil):
                groupOf[a] = groups.count
                groupOf[b] = groups.count
                groups.append([a, b])
            case (let group?, nil):
                groupOf[b] = group
                groups[group].append(b)
            case (nil, let group?):
                groupOf[a] = group
                groups[group].append(a)
            case (let group?, let other?) where group != other:
                for member in groups[other] { groupOf[member] = group }
                groups[group] += groups[other]
                groups[other] = []
            default: break
            }
        }

        /// The set with everything that differs from a member by case only, and how many ranges that made.
        static func folded(_ set: CodePointSet) -> (set: CodePointSet, work: Int) {
            var ranges = set.ranges
            if let last = ranges.last, last.upperBound < 0x80 {
                for range in set.ranges { foldASCII(range, into: &ranges) }
            } else {
                for range in set.ranges { unicode.fold(range, into: &ranges) }
            }
            return (CodePointSet(ranges), ranges.count)
        }

        /// Needs no table: most patterns are ASCII and should not pay for one.
        private static func foldASCII(_ range: ClosedRange<UInt32>, into ranges: inout [ClosedRange<UInt32>]) {
            for (letters, offset) in [(UInt32(0x41)...0x5A, Int32(0x20)), (0x61...0x7A, -0x20)] {
                let both = range.clamped(to: letters)
                guard range.overlaps(letters) else { continue }
                let lower = UInt32(bitPattern: Int32(bitPattern: both.lowerBound) + offset)
                let upper = UInt32(bitPattern: Int32(bitPattern: both.upperBound) + offset)
                ranges.append(lower...upper)
            }
            // The Kelvin sign and the long s.
            if range.contains(0x4B) || range.contains(0x6B) { ranges.append(0x212A...0x212A) }
            if range.contains(0x53) || range.contains(0x73) { ranges.append(0x17F...0x17F) }
        }

        private func fold(_ range: ClosedRange<UInt32>, into ranges: inout [ClosedRange<UInt32>]) {
            var low = 0
            var high = pairs.count
            while low < high {
                let middle = (low + high) / 2
                if pairs[middle].from < range.lowerBound { low = middle + 1 } else { high = middle }
            }
            while low < pairs.count, pairs[low].from <= range.upperBound {
                ranges.append(pairs[low].to...pairs[low].to)
                low += 1
            }
        }
    }
}
