extension RegularExpression {
    /// Bytes that every match contains, found in the syntax tree: searching them is many times faster than running an
    /// automaton, and most texts have no match.
    struct RequiredLiterals {
        private struct Literals {
            /// All that the node matches, if that is one string. Assertions count as the empty one.
            var exact: [UInt8]?
            /// What every match begins with, and ends with.
            var prefix: [UInt8] = []
            var suffix: [UInt8] = []
            /// The longest string known to be in every match.
            var longest: [UInt8] = []

            init() {}

            init(exact: [UInt8]) {
                let limit = RegularExpressionLimits.literalBytes
                self.exact = exact.count <= limit ? exact : nil
                prefix = Array(exact.prefix(limit))
                suffix = Array(exact.suffix(limit))
                longest = prefix
            }
        }

        /// What every match begins with.
        private(set) var prefix: [UInt8] = []
        /// The longest string that every match contains.
        private(set) var longest: [UInt8] = []
        /// Whether a text matches exactly if it contains `longest`.
        private(set) var isWholePattern = false

        init(_ tree: SyntaxTree) {
            var found: [Literals] = []
            found.reserveCapacity(tree.nodes.count)
            var hasAssertion = false
            for node in tree.nodes {
                if case .assertion = node { hasAssertion = true }
                found.append(Self.literals(node, tree, found))
            }
            guard let root = found.last else { return }
            prefix = root.prefix
            longest = root.longest
            isWholePattern = !hasAssertion && root.exact != nil
        }

        private static func literals(_ node: SyntaxTree.Node, _ tree: SyntaxTree, _ found: [Literals]) -> Literals {
            switch node {
            case .empty, .assertion: return Literals(exact: [])
            case .scalar(let value): return Literals(exact: Unicode.Scalar(value).map { Array($0.utf8) } ?? [])
            case .set, .anyByte: return Literals()
            case .concatenation(let items):
                var all = Literals(exact: [])
                for item in tree.children[items] { all = joined(all, found[item]) }
                return all
            case .alternation(let items):
                var all = found[tree.children[items.lowerBound]]
                for item in tree.children[items].dropFirst() { all = common(all, found[item]) }
                return all
            case .repetition(_, minimum: 0, _): return Literals()
            case .repetition(let item, let minimum, let maximum):
                if minimum == maximum, let exact = found[item].exact,
                    exact.count * minimum <= RegularExpressionLimits.literalBytes
                {
                    return Literals(exact: Array(repeatElement(exact, count: minimum).joined()))
                }
                var once = found[item]
                once.exact = nil
                return once
            }
        }

        private static func joined(_ a: Literals, _ b: Literals) -> Literals {
            if let first = a.exact, let second = b.exact {
                if second.isEmpty { return a }
                return Literals(exact: first + second)
            }
            let limit = RegularExpressionLimits.literalBytes
            var both = Literals()
            both.prefix = a.exact.map { Array(($0 + b.prefix).prefix(limit)) } ?? a.prefix
            both.suffix = b.exact.map { Array((a.suffix + $0).suffix(limit)) } ?? b.suffix
            let middle = Array((a.suffix + b.prefix).prefix(limit))
            both.longest = [a.longest, b.longest, middle, both.prefix, both.suffix].max { $0.count < $1.count } ?? []
            return both
        }

        private static func common(_ a: Literals, _ b: Literals) -> Literals {
            if a.exact != nil, a.exact == b.exact { return a }
            var both = Literals()
            both.prefix = zip(a.prefix, b.prefix).prefix { $0 == $1 }.map(\.0)
            both.suffix = zip(a.suffix.reversed(), b.suffix.reversed()).prefix { $0 == $1 }.map(\.0).reversed()
            both.longest = both.prefix.count >= both.suffix.count ? both.prefix : both.suffix
            return both
        }
    }
}
