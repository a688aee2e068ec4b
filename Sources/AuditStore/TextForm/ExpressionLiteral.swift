extension Expression {
    /// A value that is written out in the text.
    ///
    /// Strings are equal only if their bytes are, and doubles only if their bits are; the types never mix.
    public enum Literal: Sendable {
        case string(String)
        case int(Int64)
        case uint(UInt64)
        /// Always finite.
        case double(Double)
        case bool(Bool)
        case null
    }
}

extension Expression.Literal: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.int(let left), .int(let right)): left == right
        case (.uint(let left), .uint(let right)): left == right
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null): true
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let value): hasher.combine(value)  // Equal bytes hash equally; that is all that is needed.
        case .int(let value): hasher.combine(value)
        case .uint(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value.bitPattern)
        case .bool(let value): hasher.combine(value)
        case .null: break
        }
    }
}

extension Expression.Literal: CustomStringConvertible {
    /// The text of the literal, with strings in double quotes.
    public var description: String {
        switch self {
        case .string(let value): value.quotedForExpression
        case .int(let value): "\(value)"
        case .uint(let value): "\(value)u"
        case .double(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .null: "null"
        }
    }
}
