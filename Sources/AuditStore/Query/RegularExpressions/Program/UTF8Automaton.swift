extension RegularExpression {
    /// The automaton that reads one code point of a set in UTF-8.
    ///
    /// Equal states are shared, so that the many continuation bytes of a class such as `.` or `\pL` take few. Only
    /// well-formed sequences are read: no surrogates, no overlong forms.
    struct UTF8Automaton {
        /// What a transition leads to after the last byte.
        static let end = UInt32.max

        /// The transitions of each state, to indices of states; the last state is the first to be entered.
        private(set) var states: [[Program.Transition]] = []
        private var indices: [[Program.Transition]: UInt32] = [:]

        init(_ set: CodePointSet) {
            var sequences: [Sequence] = []
            for range in set.ranges { Sequence.append(range, to: &sequences) }
            // A state is added after those it leads to, and the first has no continuation bytes as the others have: so
            // it is a new one, and the last.
            _ = state(sequences[...], 0)
            indices = [:]
        }

        /// The state that reads a rest of sequences that begin alike. It calls itself three times deep at most.
        private mutating func state(_ sequences: ArraySlice<Sequence>, _ depth: Int) -> UInt32 {
            var transitions: [Program.Transition] = []
            var start = sequences.startIndex
            while start < sequences.endIndex {
                // Sequences ascend, and two ranges of a byte after the same beginning are either equal or disjoint.
                let (low, high) = sequences[start].range(depth)
                var end = start + 1
                while end < sequences.endIndex, sequences[end].range(depth) == (low, high) { end += 1 }
                let isLast = sequences[start].count == depth + 1
                let next = isLast ? Self.end : state(sequences[start..<end], depth + 1)
                if let last = transitions.last, last.next == next, last.high + 1 == low {
                    transitions[transitions.count - 1] = .init(low: last.low, high: high, next: next)
                } else {
                    transitions.append(.init(low: low, high: high, next: next))
                }
                start = end
            }
            if let index = indices[transitions] { return index }
            let index = UInt32(states.count)
            indices[transitions] = index
            states.append(transitions)
            return index
        }
    }
}

extension RegularExpression.UTF8Automaton {
    /// Up to four ranges of bytes that together are a range of code points.
    private struct Sequence {
        private let low: SIMD4<UInt8>
        private let high: SIMD4<UInt8>
        let count: Int

        private init(_ low: Unicode.Scalar, _ high: Unicode.Scalar) {
            self.low = Self.bytes(low)
            self.high = Self.bytes(high)
            count = UTF8.width(low)
        }

        private static func bytes(_ scalar: Unicode.Scalar) -> SIMD4<UInt8> {
            var bytes = SIMD4<UInt8>()
            for (index, byte) in scalar.utf8.enumerated() { bytes[index] = byte }
            return bytes
        }

        func range(_ depth: Int) -> (low: UInt8, high: UInt8) { (low[depth], high[depth]) }

        /// Splits a range of code points where the bytes of its parts would not be independent, in ascending order.
        static func append(_ range: ClosedRange<UInt32>, to sequences: inout [Sequence]) {
            var open = [range]
            while let range = open.popLast() {
                if let last = lastOfFirstPart(range) {
                    open += [last + 1...range.upperBound, range.lowerBound...last]
                } else if let low = Unicode.Scalar(range.lowerBound), let high = Unicode.Scalar(range.upperBound) {
                    sequences.append(Sequence(low, high))
                }
            }
        }

        /// Where to split a range, nil if it is one sequence or consists of surrogates.
        private static func lastOfFirstPart(_ range: ClosedRange<UInt32>) -> UInt32? {
            let (low, high) = (range.lowerBound, range.upperBound)
            // Lengths change after the first, second and last of these; between the others there are no scalars.
            for boundary in [UInt32(0x7F), 0x7FF, 0xD7FF, 0xDFFF, 0xFFFF] where low <= boundary && high > boundary {
                return boundary
            }
            guard low > 0x7F, Unicode.Scalar(low) != nil else { return nil }
            for bits in [UInt32(6), 12, 18] {
                let mask = (UInt32(1) << bits) - 1
                guard low & ~mask != high & ~mask else { break }
                if low & mask != 0 { return low | mask }
                if high & mask != mask { return (high & ~mask) - 1 }
            }
            return nil
        }
    }
}
