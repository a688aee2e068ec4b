extension Lexer {
    /// A token and where it stands in the source, in UTF-8 offsets.
    struct Token {
        enum Kind: Hashable {
            case identifier(String)
            case keyword(Keyword)
            /// The value of the string, without quotes and escapes.
            case string(String)
            /// An integer without its sign, which is a token of its own.
            case integer(UInt64)
            case unsigned(UInt64)
            case double(Double)
            case symbol(Symbol)
            /// The first place that is not a token; the last in the list.
            case invalid
            /// The end of the text; the last in the list.
            case end
        }

        var kind: Kind
        var range: Range<Int>
    }

    /// A word that is no identifier, by its spelling.
    enum Keyword: String {
        case `true`, `false`, null, `in`
    }

    /// A token of punctuation, by its spelling.
    enum Symbol: String {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case comma = ","
        case dot = "."
        case star = "*"
        case minus = "-"
        case not = "!"
        case and = "&&"
        case or = "||"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="

        // Those of CEL that the subset has no use for.
        case plus = "+"
        case slash = "/"
        case percent = "%"
        case question = "?"
        case colon = ":"
        case leftBrace = "{"
        case rightBrace = "}"
    }
}
