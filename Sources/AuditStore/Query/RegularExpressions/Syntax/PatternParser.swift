extension RegularExpression {
    /// Reads RE2's syntax. Open groups are kept on a stack of its own, so nesting costs no stack of the thread.
    struct PatternParser {
        /// What `(?ims)` set; `U` swaps greedy and lazy, which makes no difference here.
        struct Flags {
            var ignoresCase = false
            var isMultiline = false
            var dotMatchesNewline = false
        }

        /// A group that is not closed yet, or the whole pattern.
        struct OpenGroup {
            let position: Int
            /// What holds again after the group.
            let outerFlags: Flags
            var alternatives: [SyntaxTree.NodeID] = []
            var items: [SyntaxTree.NodeID] = []
        }

        let scalars: [UInt32]
        /// Where each scalar begins in UTF-8, and the end of the pattern.
        private let offsets: [Int]
        var position = 0
        var flags = Flags()
        var tree = SyntaxTree()
        var groups = [OpenGroup(position: 0, outerFlags: Flags())]
        var groupNames: Set<[UInt32]> = []
        /// Where the repetition begins that was read last, if nothing came after it: `a**` is refused.
        var lastRepetition: Int?
        /// The ranges that the classes took so far, to bound them.
        var classRanges = 0
        /// False once no `:]` was found: searching again for each of many `[:` would take quadratic time.
        var hasPosixEnd = true

        init(_ pattern: String) throws(RegularExpressionError) {
            guard pattern.utf8.count <= RegularExpressionLimits.patternBytes else {
                throw RegularExpressionError(
                    "the pattern has more than \(RegularExpressionLimits.patternBytes) bytes",
                    at: 0..<pattern.utf8.count)
            }
            var offset = 0
            var offsets = [0]
            scalars = pattern.unicodeScalars.map(\.value)
            for scalar in pattern.unicodeScalars {
                offset += UTF8.width(scalar)
                offsets.append(offset)
            }
            self.offsets = offsets
        }

        mutating func parse() throws(RegularExpressionError) -> SyntaxTree {
            while let scalar = current {
                let previousRepetition = lastRepetition
                lastRepetition = nil
                switch scalar {
                case "(": try openGroup()
                case ")": try closeGroup()
                case "|":
                    position += 1
                    endAlternative()
                case "[": append(try bracketClass())
                case ".":
                    position += 1
                    append(tree.add(flags.dotMatchesNewline ? .all : .allButNewline))
                case "^":
                    position += 1
                    append(.assertion(flags.isMultiline ? .lineStart : .textStart))
                case "$":
                    position += 1
                    append(.assertion(flags.isMultiline ? .lineEnd : .textEnd))
                case "*", "+", "?", "{": try repetition(previousRepetition)
                case "\\": try escape()
                default:
                    position += 1
                    appendLiteral(scalar.value)
                }
            }
            guard groups.count == 1 else {
                let open = groups[groups.count - 1].position
                throw error("the group is not closed: `)` is missing", from: open, to: open + 1)
            }
            _ = tree.add(alternation: closedAlternatives())
            return tree
        }

        // MARK: Scalars

        /// The scalar at the position, nil at the end.
        var current: Unicode.Scalar? { peek(0) }

        func peek(_ distance: Int) -> Unicode.Scalar? {
            position + distance < scalars.count ? Unicode.Scalar(scalars[position + distance]) : nil
        }

        /// Skips a scalar if it is the next one.
        mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
            guard current == scalar else { return false }
            position += 1
            return true
        }

        /// An error at the scalars from a position to another.
        func error(_ message: String, from start: Int, to end: Int) -> RegularExpressionError {
            RegularExpressionError(message, at: offsets[start]..<offsets[min(max(start, end), scalars.count)])
        }

        /// The pattern between two positions.
        func text(_ start: Int, _ end: Int) -> String {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[start..<min(end, scalars.count)].lazy.compactMap(Unicode.Scalar.init))
            return String(text)
        }

        /// The pattern between two positions as a message shows it: not at any length, and without control characters.
        func quotation(_ start: Int, _ end: Int) -> String {
            let limit = 40
            let visible = text(start, min(end, start + limit)).unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
                default: String(scalar)
                }
            }
            return visible.joined() + (end - start > limit ? "…" : "")
        }

        // MARK: Nodes

        mutating func append(_ node: SyntaxTree.NodeID) { groups[groups.count - 1].items.append(node) }

        mutating func append(_ node: SyntaxTree.Node) { append(tree.add(node)) }

        mutating func appendLiteral(_ scalar: UInt32) {
            let set = CodePointSet([scalar...scalar])
            append(tree.add(flags.ignoresCase ? CaseFolding.folded(set).set : set))
        }

        mutating func endAlternative() {
            let last = groups.count - 1
            groups[last].alternatives.append(tree.add(concatenation: groups[last].items))
            groups[last].items = []
        }

        /// Ends the innermost group.
        mutating func closedAlternatives() -> [SyntaxTree.NodeID] {
            endAlternative()
            return groups[groups.count - 1].alternatives
        }
    }
}
