/// The syntax tree of a predicate in its text form, a subset of CEL.
///
///     let expression = try Expression(parsing: #"responseStatus.code == 403 && verb in ["create", "delete"]"#)
///
/// CEL is the expression language of Kubernetes: <https://github.com/google/cel-spec/blob/master/doc/langdef.md>. Of
/// it there are comparisons, `in`, `&&`, `||`, `!`, `has`, `startsWith`, `endsWith`, `contains`, `matches`, `size`,
/// `exists`, `all`, `timestamp` and `duration`, and of the libraries of Kubernetes `ip` and `cidr(…).containsIP(…)`.
/// There is no arithmetic, no `?:` and no map. Two things are added: `[*]` in a path stands for every element of an
/// array, and words that CEL reserves for later, such as `namespace`, are ordinary names.
///
/// The tree is well-formed but not yet checked: whether fields exist, types fit, and the text of a regular expression,
/// a network or a time is valid, is for the compiler of predicates to say, which finds the place of each node in
/// ``range``.
///
/// Two trees are equal if they mean the same term; where they stand in their sources plays no part.
public struct Expression: Sendable {
    /// What the node is.
    public let kind: Kind

    /// Where the node stands in the source text, in UTF-8 offsets, with the parentheses around it.
    public let range: Range<Int>

    /// The levels of the tree from this node down, 1 for a node without children. At most ``TextFormLimits/nesting``.
    let depth: Int

    /// Creates a node. The parser is the only one to do so, since it keeps to the limits.
    init(_ kind: Kind, range: Range<Int>) {
        self.kind = kind
        self.range = range
        depth = 1 + (kind.children.lazy.map(\.depth).max() ?? 0)
    }

    /// The same node at a wider place: in parentheses.
    init(_ inner: Expression, range: Range<Int>) {
        kind = inner.kind
        depth = inner.depth
        self.range = range
    }

    /// Parses a predicate.
    ///
    /// - Throws: An ``ExpressionError`` that points at the first place that is wrong, or says which of
    ///   ``TextFormLimits`` the text is over.
    public init(parsing source: String) throws(ExpressionError) {
        try self.init(parsing: source, columns: [])
    }

    /// Parses a predicate in which columns of a result, such as `distinct(user.username)`, are variables of that name.
    init(parsing source: String, columns: [String]) throws(ExpressionError) {
        var parser = try Parser(source, columns: columns)
        self = try parser.parseExpression()
    }
}

extension Expression: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.kind == right.kind }

    public func hash(into hasher: inout Hasher) { hasher.combine(kind) }
}

extension Expression {
    /// The kinds of nodes.
    public indirect enum Kind: Hashable, Sendable {
        /// `"text"`, `403`, `1u`, `0.5`, `true`, `null`
        case literal(Literal)
        /// `[a, b]`
        case list([Expression])
        /// A path of the event; it has at least one component, and the first is a key.
        case field(FieldPath)
        /// A variable of the nearest `exists` or `all` around that binds this name, and the path below its value, which
        /// is empty where the value itself is meant.
        case variable(String, FieldPath)

        /// `left == right` and so on
        case comparison(Comparison, Expression, Expression)
        /// `element in list`
        case membership(Expression, in: Expression)
        /// `a && b && c`: two operands or more
        case and([Expression])
        /// `a || b || c`: two operands or more
        case or([Expression])
        /// `!operand`
        case not(Expression)

        /// `has(path)`; the operand is a ``field(_:)``, or a ``variable(_:_:)`` with a path that is not empty.
        case has(Expression)
        /// `text.startsWith(argument)` and so on
        case test(StringTest, Expression, Expression)
        /// `operand.size()` or `size(operand)`
        case size(Expression)
        /// `list.exists(variable, predicate)` and so on; the list is a ``field(_:)``, ``variable(_:_:)`` or
        /// ``list(_:)``.
        case quantifier(Quantifier, over: Expression, variable: String, Expression)
        /// `cidr(network).containsIP(address)`
        case containsIP(network: Expression, address: Expression)
        /// `ip(operand)` and so on
        case conversion(Conversion, Expression)
    }

    /// An operator that compares two values, by its spelling.
    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// A method that tests a string against another, by its name.
    public enum StringTest: String, Hashable, Sendable, CaseIterable {
        case startsWith, endsWith, contains
        /// The argument is a regular expression of RE2, which may match anywhere in the string.
        case matches
    }

    /// A macro that tests the elements of a list, by its name.
    public enum Quantifier: String, Hashable, Sendable, CaseIterable {
        /// True if the predicate holds for one element or more.
        case exists
        /// True if the predicate holds for every element, also if there is none.
        case all
    }

    /// A function that reads a value from a string, by its name.
    public enum Conversion: String, Hashable, Sendable, CaseIterable {
        /// An IPv4 or IPv6 address.
        case ip
        /// A time by RFC 3339.
        case timestamp
        /// A length of time such as `1h30m` or `250ms`.
        case duration
    }
}

extension Expression.Kind {
    /// The nodes directly below, in the order of the text.
    public var children: [Expression] {
        switch self {
        case .literal, .field, .variable: []
        case .list(let elements), .and(let elements), .or(let elements): elements
        case .not(let operand), .has(let operand), .size(let operand), .conversion(_, let operand): [operand]
        case .comparison(_, let left, let right), .membership(let left, in: let right), .test(_, let left, let right),
            .quantifier(_, over: let left, variable: _, let right), .containsIP(network: let left, address: let right):
            [left, right]
        }
    }
}
