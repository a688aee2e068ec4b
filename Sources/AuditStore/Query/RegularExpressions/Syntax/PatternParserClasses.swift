extension RegularExpression.PatternParser {
    typealias CodePointSet = RegularExpression.CodePointSet

    /// Reads `[…]`.
    mutating func bracketClass() throws(RegularExpressionError) -> RegularExpression.SyntaxTree.NodeID {
        let start = position
        position += 1
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        // A bracket that comes first is a member.
        while let scalar = current, isFirst || scalar != "]" {
            isFirst = false
            if scalar == "[", peek(1) == ":", let set = try posixClass() {
                ranges += set.ranges
            } else if scalar == "\\", let set = try classEscape() {
                ranges += set.ranges
            } else {
                ranges.append(try range())
            }
        }
        guard skip("]") else { throw error("the class is not closed: `]` is missing", from: start, to: position) }
        // Folded before it is negated: (?i)[^k] has neither K nor the Kelvin sign.
        let set = try folded(CodePointSet(ranges), start)
        return tree.add(isNegated ? set.inverted : set)
    }

    /// Reads a code point or a range of them.
    private mutating func range() throws(RegularExpressionError) -> ClosedRange<UInt32> {
        let start = position
        let low = try member()
        // A hyphen at the end is a member.
        guard current == "-", let next = peek(1), next != "]" else { return low...low }
        position += 1
        let high = try member()
        guard low <= high else {
            throw error("the range `\(quotation(start, position))` is in the wrong order", from: start, to: position)
        }
        return low...high
    }

    private mutating func member() throws(RegularExpressionError) -> UInt32 {
        if current == "\\" { return try scalarEscape() }
        defer { position += 1 }
        return scalars[position]
    }

    /// Reads `[:name:]` or `[:^name:]`; nil if it only begins like one.
    private mutating func posixClass() throws(RegularExpressionError) -> CodePointSet? {
        let start = position
        guard hasPosixEnd else { return nil }
        var end = position + 2
        while end + 1 < scalars.count, !(scalars[end] == 0x3A && scalars[end + 1] == 0x5D) { end += 1 }
        guard end + 1 < scalars.count else {
            hasPosixEnd = false
            return nil
        }
        position += 2
        let isNegated = skip("^")
        let name = text(position, end)
        position = end + 2
        guard let set = RegularExpression.NamedClasses.posix(name) else {
            throw error("there is no class `\(quotation(start, position))`", from: start, to: position)
        }
        return isNegated ? try folded(set, start).inverted : set
    }

    /// Reads an escape that stands for many code points, such as `\d` or `\pL`; nil if the next escape is none.
    mutating func classEscape() throws(RegularExpressionError) -> CodePointSet? {
        guard let letter = peek(1) else { return nil }
        let start = position
        switch letter {
        case "d", "s", "w", "D", "S", "W":
            position += 2
            guard let set = RegularExpression.NamedClasses.perl(letter.value | 0x20) else { return nil }
            let all = try folded(set, start)
            return letter.properties.isUppercase ? all.inverted : all
        case "p", "P":
            position += 2
            let (name, isNegated) = try unicodeClassName(start)
            guard let set = RegularExpression.NamedClasses.unicode(name) else {
                throw error(
                    "there is no class `\(quotation(start, position))`; of the scripts there are "
                        + RegularExpression.UnicodeScripts.names.joined(separator: ", "), from: start, to: position)
            }
            let all = try folded(set, start)
            return (letter == "P") != isNegated ? all.inverted : all
        default: return nil
        }
    }

    /// Reads the name after `\p`, one letter or `{name}` or `{^name}`.
    private mutating func unicodeClassName(_ start: Int) throws(RegularExpressionError) -> (String, Bool) {
        guard let first = current else {
            throw error("the name of a class is missing after `\\p`", from: start, to: position)
        }
        position += 1
        guard first == "{" else { return (text(position - 1, position), false) }
        let isNegated = skip("^")
        let nameStart = position
        while let scalar = current, scalar != "}" { position += 1 }
        guard skip("}") else { throw error("`}` is missing", from: start, to: start + 3) }
        return (text(nameStart, position - 1), isNegated)
    }

    /// The set with the other cases of its members if case is ignored.
    private mutating func folded(_ set: CodePointSet, _ start: Int) throws(RegularExpressionError) -> CodePointSet {
        guard flags.ignoresCase else {
            try countRanges(set.ranges.count, start)
            return set
        }
        let (folded, work) = RegularExpression.CaseFolding.folded(set)
        try countRanges(work, start)
        return folded
    }

    /// Bounds what all classes of a pattern may cost together.
    private mutating func countRanges(_ count: Int, _ start: Int) throws(RegularExpressionError) {
        classRanges += count
        guard classRanges <= RegularExpressionLimits.classRanges else {
            throw error("the classes of the pattern are too large", from: start, to: position)
        }
    }
}
