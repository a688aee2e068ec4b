extension RegularExpression {
    /// A set of code points as ascending ranges that neither overlap nor touch.
    ///
    /// Surrogates may be members, since classes such as `\p{Cs}` are written in terms of them; they are left out when
    /// the set becomes byte ranges.
    struct CodePointSet: Hashable, Sendable {
        static let lastCodePoint: UInt32 = 0x10FFFF

        let ranges: [ClosedRange<UInt32>]

        /// Creates a set of ranges in any order.
        init(_ unsorted: [ClosedRange<UInt32>]) {
            var merged: [ClosedRange<UInt32>] = []
            merged.reserveCapacity(unsorted.count)
            for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                    merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
                } else {
                    merged.append(range)
                }
            }
            ranges = merged
        }

        static let all = CodePointSet([0...lastCodePoint])
        static let allButNewline = CodePointSet([0...0x9, 0xB...lastCodePoint])

        /// All code points that are not members.
        var inverted: CodePointSet {
            var gaps: [ClosedRange<UInt32>] = []
            var next: UInt32 = 0
            for range in ranges {
                if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
                next = range.upperBound + 1
            }
            if next <= Self.lastCodePoint { gaps.append(next...Self.lastCodePoint) }
            return CodePointSet(gaps)
        }

        /// The only member, if there is one and it can be written in UTF-8.
        var onlyScalar: UInt32? {
            guard ranges.count == 1, let range = ranges.first, range.count == 1 else { return nil }
            return Unicode.Scalar(range.lowerBound) == nil ? nil : range.lowerBound
        }
    }
}
