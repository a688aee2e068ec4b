extension Parser {
    /// A field or a bound variable, with the path below it as far as it goes.
    mutating func reference(_ name: String) throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        advance()
        if variables.contains(name) {
            var components: [FieldPath.Component] = []
            try appendComponents(to: &components)
            return try node(.variable(name, FieldPath(components)), from: start)
        }
        var components: [FieldPath.Component] = [.key(name)]
        try appendComponents(to: &components)
        return try node(.field(FieldPath(components)), from: start)
    }

    /// The name of a column, if one stands here and ends where a token ends.
    mutating func column() throws(ExpressionError) -> Expression? {
        let start = current.range.lowerBound
        let rest = source.utf8.dropFirst(start)
        for column in columns where rest.starts(with: column.utf8) {
            let end = start + column.utf8.count
            var last = 0
            while following(last).range.upperBound < end, following(last).kind != .end { last += 1 }
            guard following(last).range.upperBound == end else { continue }
            for _ in 0...last { advance() }
            return try node(.variable(column, FieldPath()), from: start)
        }
        return nil
    }

    /// Parses the components that follow, and stops before the call of a method.
    mutating func appendComponents(to components: inout [FieldPath.Component]) throws(ExpressionError) {
        while true {
            let start = current.range.lowerBound
            if isAt(.dot) {
                guard case .identifier(let key) = following(1).kind,
                    following(2).kind != .symbol(.leftParenthesis)
                else { return }
                advance()
                advance()
                components.append(.key(key))
            } else if isAt(.leftBracket) {
                components.append(try bracketedComponent())
            } else {
                return
            }
            try count(1, at: start..<endOfPrevious)
        }
    }

    /// `["key"]`, `[0]` or `[*]`
    mutating func bracketedComponent() throws(ExpressionError) -> FieldPath.Component {
        advance()
        let expected = "a key in quotes, a position or `*`"
        let component: FieldPath.Component
        switch current.kind {
        case .string(let key): component = .key(key)
        case .symbol(.star): component = .everyElement
        case .integer(let magnitude):
            guard let index = Int(exactly: magnitude) else {
                throw error("the position is too large", at: current.range)
            }
            component = .index(index)
        case .identifier(let name) where name.utf8.count <= TextFormLimits.suggestibleNameBytes:
            throw unexpectedToken(insteadOf: expected, hint: "write [\"\(name)\"]")
        case .symbol(.minus):
            throw unexpectedToken(
                insteadOf: expected, hint: "positions count from 0; the last of `sourceIPs` is `remoteIP`")
        default: throw unexpectedToken(insteadOf: expected)
        }
        advance()
        try expect(.rightBracket, "`]`")
        return component
    }
}
