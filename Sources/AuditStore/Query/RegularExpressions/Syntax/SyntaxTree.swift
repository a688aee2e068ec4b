extension RegularExpression {
    /// What stands between two bytes.
    enum Assertion: UInt8, Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// The structure of a pattern.
    ///
    /// The nodes lie in an array where children come before their parents, so that everything works on them in loops: a
    /// tree of references would be taken apart by recursion, and a hostile pattern nests deep. Greedy and lazy
    /// repetition are not told apart, nor are groups kept, because they cannot change whether a text matches.
    struct SyntaxTree {
        typealias NodeID = Int

        enum Node {
            case empty
            case scalar(UInt32)
            /// An index into `sets`.
            case set(Int)
            case anyByte
            case assertion(Assertion)
            /// Indices into `children`.
            case concatenation(Range<Int>)
            case alternation(Range<Int>)
            /// Without a maximum, any number of times.
            case repetition(NodeID, minimum: Int, maximum: Int?)
        }

        private(set) var nodes: [Node] = []
        private(set) var children: [NodeID] = []
        private(set) var sets: [CodePointSet] = []
        private var setIndices: [CodePointSet: Int] = [:]
        /// For each node, the product of the counts that are nested in it.
        private var repetitions: [Int] = []

        /// The whole pattern.
        var root: NodeID { nodes.count - 1 }

        mutating func add(_ node: Node, repetitions count: Int = 1) -> NodeID {
            nodes.append(node)
            repetitions.append(count)
            return nodes.count - 1
        }

        mutating func add(_ set: CodePointSet) -> NodeID {
            if let scalar = set.onlyScalar { return add(.scalar(scalar)) }
            if let index = setIndices[set] { return add(.set(index)) }
            setIndices[set] = sets.count
            sets.append(set)
            return add(.set(sets.count - 1))
        }

        mutating func add(concatenation items: [NodeID]) -> NodeID {
            let items = items.filter { if case .empty = nodes[$0] { false } else { true } }
            if items.isEmpty { return add(.empty) }
            return list(items) { .concatenation($0) }
        }

        mutating func add(alternation items: [NodeID]) -> NodeID { list(items) { .alternation($0) } }

        private mutating func list(_ items: [NodeID], _ node: (Range<Int>) -> Node) -> NodeID {
            // The root has to be the last node, so even a single child that is older gets a parent.
            if items.count == 1, items[0] == nodes.count - 1 { return items[0] }
            let start = children.count
            children += items
            return add(node(start..<children.count), repetitions: items.map { repetitions[$0] }.max() ?? 1)
        }

        /// Repeats a node, or returns nil if the counts that are nested in it multiply to more than allowed.
        mutating func add(repetitionOf child: NodeID, minimum: Int, maximum: Int?) -> NodeID? {
            let count = max(minimum, maximum ?? minimum)
            // RE2 does not multiply by 0 either.
            let product = repetitions[child] * max(count, 1)
            guard count < 2 || product <= RegularExpressionLimits.repetitions else { return nil }
            switch nodes[child] {
            case .empty: return add(.empty)
            case _ where maximum == 0: return add(.empty)
            case .repetition(_, minimum: 0, maximum: nil) where minimum == 0:
                // x** is x*.
                return child
            default: return add(.repetition(child, minimum: minimum, maximum: maximum), repetitions: product)
            }
        }
    }
}
