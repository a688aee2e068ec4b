/// Builds the syntax tree of an expression by recursive descent.
///
/// Recursion goes through ``expression()`` only, which counts the nesting; chains of operators and of method calls are
/// loops, and ``node(_:from:)`` sees to it that the tree they build is not too deep either. The methods that recurse
/// leave the making of nodes and errors to others, so that their frames on the stack are small.
struct Parser {
    let source: String
    private let tokens: [Lexer.Token]
    private let lexicalError: ExpressionError?
    private var position = 0
    private var nesting = 0
    private var nodeCount = 0
    /// The variables bound here, from the outermost.
    var variables: [String] = []
    /// Names that stand for values as they are written, though they look like calls: the columns of a result.
    let columns: [String]

    init(_ source: String, columns: [String] = []) throws(ExpressionError) {
        self.source = source
        // The longest first: `verb` must not hide a column that begins so.
        self.columns = columns.sorted { $0.utf8.count > $1.utf8.count }
        (tokens, lexicalError) = try Lexer.split(source)
    }

    /// Parses the text as one expression.
    mutating func parseExpression() throws(ExpressionError) -> Expression {
        let result = try expression()
        guard isAt(.end) else { throw unexpectedToken(insteadOf: "an operator or the end") }
        return result
    }

    /// Parses the text as one path.
    mutating func parsePath() throws(ExpressionError) -> FieldPath {
        var components: [FieldPath.Component] = []
        if case .identifier(let name) = current.kind {
            advance()
            components.append(.key(name))
        } else if isAt(.leftBracket) {
            components.append(try bracketedComponent())
        } else {
            throw unexpectedToken(insteadOf: "the name of a field")
        }
        try appendComponents(to: &components)
        if take(.dot) {
            guard case .identifier = current.kind else { throw unexpectedToken(insteadOf: "a name after `.`") }
            throw error("a path has no calls", at: current.range)
        }
        guard isAt(.end) else { throw unexpectedToken(insteadOf: "`.`, `[` or the end of the path") }
        return FieldPath(components)
    }

    // MARK: Operators

    /// A whole expression, wherever one may stand: `a || b`.
    mutating func expression() throws(ExpressionError) -> Expression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= TextFormLimits.nesting else { throw nestingError(at: current.range) }

        let start = current.range.lowerBound
        let first = try conjunction()
        guard isAt(.or) else { return first }
        var operands = [first]
        while take(.or) { operands.append(try conjunction()) }
        return try node(.or(operands), from: start)
    }

    /// `a && b`
    private mutating func conjunction() throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        let first = try relation()
        guard isAt(.and) else { return first }
        var operands = [first]
        while take(.and) { operands.append(try relation()) }
        return try node(.and(operands), from: start)
    }

    /// `a == b`, `a in b`; chains lean to the left.
    private mutating func relation() throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        var left = try operand()
        while let relation = takeRelation() { left = try node(relation(left, try operand()), from: start) }
        return left
    }

    /// Steps over an operator that relates two terms, if it is there, and returns what it makes of them.
    private mutating func takeRelation() -> ((Expression, Expression) -> Expression.Kind)? {
        switch current.kind {
        case .keyword(.in):
            advance()
            return { .membership($0, in: $1) }
        case .symbol(let symbol):
            guard let comparison = Expression.Comparison(rawValue: symbol.rawValue) else { return nil }
            advance()
            return { .comparison(comparison, $0, $1) }
        default: return nil
        }
    }

    /// A primary with the methods called on it, and with the negations of all that: `!a.method(b)`.
    private mutating func operand() throws(ExpressionError) -> Expression {
        let negations = takeNegations()
        let start = current.range.lowerBound
        var operand = try primary()
        while isAt(.dot) { operand = try methodCall(on: operand, from: start) }
        return try negate(operand, from: negations)
    }

    /// Steps over any number of `!`, and returns where they begin.
    private mutating func takeNegations() -> [Int] {
        var starts: [Int] = []
        while isAt(.not) {
            starts.append(current.range.lowerBound)
            advance()
        }
        return starts
    }

    private mutating func negate(_ operand: Expression, from starts: [Int]) throws(ExpressionError) -> Expression {
        guard !isAt(.leftBracket) else { throw error("only a field has elements", at: current.range) }
        var operand = operand
        for start in starts.reversed() { operand = try node(.not(operand), from: start) }
        return operand
    }

    // MARK: Primaries

    /// A literal, a list, a path, the call of a function, or anything in parentheses.
    private mutating func primary() throws(ExpressionError) -> Expression {
        if !columns.isEmpty, let column = try column() { return column }
        return switch current.kind {
        case .identifier where following(1).kind == .symbol(.leftParenthesis): try functionCall()
        case .identifier(let name): try reference(name)
        case .symbol(.leftParenthesis): try group()
        case .symbol(.leftBracket): try list()
        default: try literal()
        }
    }

    private mutating func group() throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        advance()
        let inner = try expression()
        try expect(.rightParenthesis, "`)`")
        return Expression(inner, range: start..<endOfPrevious)
    }

    private mutating func list() throws(ExpressionError) -> Expression {
        let start = current.range.lowerBound
        advance()
        var elements: [Expression] = []
        while !isAt(.rightBracket) {
            elements.append(try expression())
            guard take(.comma) else { break }
        }
        try expect(.rightBracket, "`,` or `]`")
        return try node(.list(elements), from: start)
    }

    // MARK: Tokens

    var current: Lexer.Token { tokens[position] }

    /// The end of the token before the current one.
    var endOfPrevious: Int { position > 0 ? tokens[position - 1].range.upperBound : 0 }

    /// The token before the current one.
    var previous: Lexer.Token? { position > 0 ? tokens[position - 1] : nil }

    /// A token further on; the last one if there are not so many.
    func following(_ distance: Int) -> Lexer.Token { tokens[min(position + distance, tokens.count - 1)] }

    func isAt(_ kind: Lexer.Token.Kind) -> Bool { current.kind == kind }
    func isAt(_ symbol: Lexer.Symbol) -> Bool { isAt(.symbol(symbol)) }
    func isAt(_ keyword: Lexer.Keyword) -> Bool { isAt(.keyword(keyword)) }

    /// Goes on to the next token, except from the last.
    mutating func advance() { position = min(position + 1, tokens.count - 1) }

    /// Steps over a symbol if it is there.
    mutating func take(_ symbol: Lexer.Symbol) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Lexer.Symbol, _ expected: String) throws(ExpressionError) {
        guard take(symbol) else { throw unexpectedToken(insteadOf: expected) }
    }

    // MARK: Nodes

    /// A node from an offset to the end of the previous token.
    mutating func node(_ kind: Expression.Kind, from start: Int) throws(ExpressionError) -> Expression {
        let range = start..<endOfPrevious
        try count(1, at: range)
        let node = Expression(kind, range: range)
        guard node.depth <= TextFormLimits.nesting else { throw nestingError(at: range) }
        return node
    }

    /// Counts new nodes against the limit.
    mutating func count(_ nodes: Int, at range: Range<Int>) throws(ExpressionError) {
        nodeCount += nodes
        guard nodeCount <= TextFormLimits.nodes else {
            throw error("the expression has more than \(TextFormLimits.nodes) terms", at: range)
        }
    }

    // MARK: Errors

    func error(_ message: String, at range: Range<Int>, hint: String? = nil) -> ExpressionError {
        ExpressionError(message, at: range, in: source, hint: hint)
    }

    private func nestingError(at range: Range<Int>) -> ExpressionError {
        error("the expression nests deeper than \(TextFormLimits.nesting) levels", at: range)
    }

    /// The error for the current token, which is not what may stand here.
    func unexpectedToken(insteadOf expected: String, hint: String? = nil) -> ExpressionError {
        if isAt(.invalid), let lexicalError { return lexicalError }
        return error("expected \(expected), found \(currentName)", at: current.range, hint: hint ?? usualHint)
    }

    private var currentName: String {
        isAt(.end) ? "the end" : "`\(SourceExcerpt.quotation(String(decoding: currentBytes, as: UTF8.self)))`"
    }

    private var currentBytes: Substring.UTF8View {
        source[...].utf8.dropFirst(current.range.lowerBound).prefix(current.range.count)
    }

    /// What is usually meant by a token that may not stand here.
    private var usualHint: String? {
        if case .identifier("not") = previous?.kind { return "write `!` for `not`" }
        return switch current.kind {
        case .identifier("and"), .identifier("AND"): "write `&&`"
        case .identifier("or"), .identifier("OR"): "write `||`"
        case .identifier("not"): "write `!` before the whole term: !(a in b)"
        case .symbol(.minus), .symbol(.slash), .symbol(.colon):
            "there is no arithmetic; a key with other characters than letters and digits is written object[\"key\"]"
        case .symbol(.plus), .symbol(.star), .symbol(.percent): "there is no arithmetic"
        case .symbol(.question): "there is no `?:`; write it with `&&` and `||`"
        case .symbol(.leftBrace), .symbol(.rightBrace): "there are no maps and no messages"
        case .keyword(let word) where previous?.kind == .symbol(.dot): "write [\"\(word.rawValue)\"]"
        case .double where currentBytes.first == UInt8(ascii: "."): "an element is written list[0]"
        default: nil
        }
    }
}
