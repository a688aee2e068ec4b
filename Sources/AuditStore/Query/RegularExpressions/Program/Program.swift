extension RegularExpression {
    /// A nondeterministic automaton over bytes, and what speeds up the search for it.
    struct Program: Sendable {
        enum Operation: UInt8, Sendable {
            /// The end of the pattern is reached.
            case match
            /// Goes on by the transition that has the next byte; `first` is the first one, `second` their number.
            case bytes
            /// Goes on at both `first` and `second`.
            case split
            /// Goes on at `first` if the ``Assertion`` `second` holds.
            case assertion
        }

        struct Instruction: Sendable {
            let operation: Operation
            var first: UInt32
            var second: UInt32
        }

        /// Bytes that lead to an instruction.
        struct Transition: Hashable, Sendable {
            let low: UInt8
            let high: UInt8
            let next: UInt32
        }

        let instructions: [Instruction]
        let transitions: [Transition]
        /// Where a search begins: at the pattern, or at a loop that tries it at every byte.
        let start: Int
        /// Whether a match can only begin at the beginning of the text.
        let isAnchored: Bool
        let byteClasses: ByteClasses
        let hints: SearchHints

        init(_ tree: SyntaxTree, patternLength: Int) throws(RegularExpressionError) {
            var builder = ProgramBuilder(tree)
            guard let patternStart = builder.build() else {
                throw RegularExpressionError("the pattern is too large", at: 0..<patternLength)
            }
            let isAnchored = !builder.canStartInside(patternStart)
            start = isAnchored ? patternStart : builder.addSearchLoop(before: patternStart)
            self.isAnchored = isAnchored
            instructions = builder.instructions
            transitions = builder.transitions
            byteClasses = ByteClasses(builder)
            hints = SearchHints(
                literals: RequiredLiterals(tree), firstBytes: isAnchored ? nil : builder.firstBytes(patternStart))
        }

        /// The instruction that a byte leads to.
        func next(_ instruction: Instruction, _ byte: UInt8) -> UInt32? {
            var low = Int(instruction.first)
            var high = low + Int(instruction.second)
            while low < high {
                let middle = (low + high) / 2
                let transition = transitions[middle]
                if byte < transition.low {
                    high = middle
                } else if byte > transition.high {
                    low = middle + 1
                } else {
                    return transition.next
                }
            }
            return nil
        }
    }
}
