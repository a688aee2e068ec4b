extension RegularExpression.PatternParser {
    /// Reads `(` and what follows `(?`. Flags without a group, as in `(?i)`, hold to the end of the group around.
    mutating func openGroup() throws(RegularExpressionError) {
        let start = position
        let outerFlags = flags
        position += 1
        if skip("?") {
            switch (current, peek(1)) {
            case ("=", _), ("!", _), ("<", "="), ("<", "!"):
                let isBehind = skip("<")
                position += 1
                throw error("RE2 has no look-\(isBehind ? "behind" : "ahead")", from: start, to: position)
            case ("P", "<"):
                position += 2
                try groupName(start)
            case ("<", _):
                position += 1
                try groupName(start)
            case ("P", "="), ("P", ">"):
                throw error("RE2 has no back-references", from: start, to: position + 2)
            case (">", _):
                throw error("RE2 has no atomic groups", from: start, to: position + 1)
            case ("#", _):
                throw error("RE2 has no comments in patterns", from: start, to: position + 1)
            default:
                // (?i) opens no group.
                guard try readFlags(start) else { return }
            }
        }
        guard groups.count <= RegularExpressionLimits.nestedGroups else {
            throw error(
                "more than \(RegularExpressionLimits.nestedGroups) groups are nested", from: start, to: start + 1)
        }
        groups.append(OpenGroup(position: start, outerFlags: outerFlags))
    }

    mutating func closeGroup() throws(RegularExpressionError) {
        guard groups.count > 1 else { throw error("no group is open here", from: position, to: position + 1) }
        position += 1
        let node = tree.add(alternation: closedAlternatives())
        flags = groups.removeLast().outerFlags
        append(node)
    }

    /// Reads a name and `>`. Names are checked though there are no captures, so that what is accepted is RE2's.
    private mutating func groupName(_ start: Int) throws(RegularExpressionError) {
        let nameStart = position
        while let scalar = current, scalar != ">" {
            guard Self.isNameScalar(scalar) else {
                throw error("a group is named with letters, digits and `_`", from: position, to: position + 1)
            }
            position += 1
        }
        guard position > nameStart, current == ">" else {
            throw error("the name of the group is incomplete", from: start, to: position)
        }
        guard groupNames.insert(Array(scalars[nameStart..<position])).inserted else {
            throw error(
                "another group is named `\(quotation(nameStart, position))` already", from: nameStart, to: position)
        }
        position += 1
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation:
            true
        default: false
        }
    }

    /// Reads flags to `:` or `)`, and says whether a group follows.
    private mutating func readFlags(_ start: Int) throws(RegularExpressionError) -> Bool {
        var changed = flags
        var isNegated = false
        var hasFlag = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": changed.ignoresCase = !isNegated
            case "m": changed.isMultiline = !isNegated
            case "s": changed.dotMatchesNewline = !isNegated
            case "U": break
            case "-" where !isNegated:
                isNegated = true
                hasFlag = false
                continue
            case ":" where hasFlag, ")" where hasFlag:
                flags = changed
                return scalar == ":"
            default:
                throw error("RE2 has no `\(quotation(start, position))`", from: start, to: position)
            }
            hasFlag = true
        }
        throw error("the group is not closed: `)` is missing", from: start, to: position)
    }
}
