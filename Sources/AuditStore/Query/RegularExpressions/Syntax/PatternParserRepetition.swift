extension RegularExpression.PatternParser {
    /// Reads `*`, `+`, `?` or `{n,m}`, and a `?` after it, and repeats the last item. A brace that begins no counts is
    /// a literal.
    mutating func repetition(_ previous: Int?) throws(RegularExpressionError) {
        let start = position
        var (minimum, maximum): (Int, Int?) = (0, nil)
        switch current {
        case "+": minimum = 1
        case "?": maximum = 1
        case "{":
            guard let counts = counts() else {
                position += 1
                return appendLiteral(0x7B)
            }
            (minimum, maximum) = counts
        default: break
        }
        if scalars[start] != 0x7B { position += 1 }
        let end = position
        _ = skip("?")
        let limit = RegularExpressionLimits.repetitions
        guard minimum <= limit, maximum ?? 0 <= limit else {
            throw error("RE2 repeats at most \(limit) times", from: start, to: end)
        }
        if let maximum, maximum < minimum {
            throw error("the counts are in the wrong order", from: start, to: end)
        }
        if let previous {
            throw error("`\(quotation(previous, end))` repeats a repetition: use a group", from: previous, to: end)
        }
        let last = groups.count - 1
        guard let item = groups[last].items.popLast() else {
            throw error("there is nothing to repeat before `\(quotation(start, end))`", from: start, to: end)
        }
        guard let node = tree.add(repetitionOf: item, minimum: minimum, maximum: maximum) else {
            throw error("nested repetitions multiply to more than \(limit)", from: start, to: end)
        }
        append(node)
        lastRepetition = start
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; leaves the position alone if it is none of them.
    private mutating func counts() -> (minimum: Int, maximum: Int?)? {
        let start = position
        position += 1
        if let minimum = number() {
            if skip("}") { return (minimum, minimum) }
            if skip(",") {
                if skip("}") { return (minimum, nil) }
                if let maximum = number(), skip("}") { return (minimum, maximum) }
            }
        }
        position = start
        return nil
    }

    /// Reads a decimal number without leading zeros. One that is too large stays so instead of overflowing.
    private mutating func number() -> Int? {
        let start = position
        var value = 0
        while let digit = current.flatMap({ ("0"..."9").contains($0) ? Int($0.value) - 0x30 : nil }) {
            value = min(value * 10 + digit, 1_000_000)
            position += 1
        }
        let digits = position - start
        return digits == 0 || (digits > 1 && scalars[start] == 0x30) ? nil : value
    }
}
