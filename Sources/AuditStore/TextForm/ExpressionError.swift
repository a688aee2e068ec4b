/// What is wrong with the text of an expression or a path, and where.
///
/// The description shows the line and points at the place:
///
///     line 1, column 15: there is no method `startWith`
///         user.username.startWith("system:")
///                       ^~~~~~~~~
///         hint: did you mean `startsWith`?
public struct ExpressionError: Error, Hashable, Sendable {
    private struct Contents: Hashable, Sendable {
        let message: String
        let range: Range<Int>
        let source: String
        let hint: String?
    }

    /// Puts the contents on the heap, since every frame of the recursive parser has room for several errors.
    private indirect enum Storage: Hashable, Sendable {
        case contents(Contents)
    }

    private let storage: Storage

    private var contents: Contents {
        switch storage {
        case .contents(let contents): contents
        }
    }

    /// Creates an error at a place of a text.
    public init(_ message: String, at range: Range<Int>, in source: String, hint: String? = nil) {
        storage = .contents(Contents(message: message, range: range, source: source, hint: hint))
    }

    /// What is wrong, in one line.
    public var message: String { contents.message }

    /// The offending place, in UTF-8 offsets of ``source``. Empty where something is missing.
    public var range: Range<Int> { contents.range }

    /// The text that was parsed; of one over ``TextFormLimits/sourceBytes`` only as much as that.
    public var source: String { contents.source }

    /// What to write instead, if there is something to say.
    public var hint: String? { contents.hint }

    /// The line of the place, counted from 1.
    public var line: Int { SourceExcerpt(source, range).line }

    /// The column of the place, counted from 1, in Unicode scalars.
    public var column: Int { SourceExcerpt(source, range).column }
}

extension ExpressionError: CustomStringConvertible {
    /// Message, line, caret and hint, without a newline at the end. Control characters of the source are made visible.
    public var description: String {
        let excerpt = SourceExcerpt(source, range)
        var text =
            "line \(excerpt.line), column \(excerpt.column): \(message)\n    \(excerpt.text)\n    \(excerpt.marker)"
        if let hint { text += "\n    hint: \(hint)" }
        return text
    }
}

extension ExpressionError {
    /// The error for a field that does not exist, with the nearest known field as the hint.
    static func unknownField(
        _ path: FieldPath, at range: Range<Int>, in source: String, knownFields: some Sequence<String>
    ) -> Self {
        let name = path.description
        let hint = nearestName(to: name, among: knownFields).map { "did you mean `\($0)`?" }
        return Self("there is no field `\(SourceExcerpt.quotation(name))`", at: range, in: source, hint: hint)
    }
}
