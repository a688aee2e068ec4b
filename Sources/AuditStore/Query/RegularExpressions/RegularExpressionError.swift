/// What is wrong with a pattern, and where.
package struct RegularExpressionError: Error, Hashable, Sendable {
    /// What is wrong, in one line.
    package let message: String
    /// The offending place, in UTF-8 offsets of the pattern.
    package let range: Range<Int>

    package init(_ message: String, at range: Range<Int>) {
        self.message = message
        self.range = range
    }
}
