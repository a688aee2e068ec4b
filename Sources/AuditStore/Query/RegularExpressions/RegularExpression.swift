/// A compiled regular expression with the syntax and the meaning of RE2, as CEL's `matches` wants it: an unanchored
/// search that only says yes or no.
///
/// Matching takes time linear in the text, whatever the pattern: there is no backtracking, but a deterministic
/// automaton that is built while it runs, from a program whose size is limited (``RegularExpressionLimits``).
///
/// The value is immutable and may be shared by threads. ``matches(_:)`` borrows one of its idle matchers under a lock;
/// code that tests many texts in a row takes a ``Matcher`` of its own with ``makeMatcher()``, one a thread.
///
/// Texts are UTF-8. Where a text is not well formed, no class, literal or `.` matches any part of an ill-formed
/// sequence, though a match may begin or end next to one. That is what RE2 does, with one exception: for the sake of
/// smaller programs RE2's `.` and negated classes accept overlong forms, surrogates and values over U+10FFFF if they
/// look like UTF-8, and ours do not. `\C` matches any single byte, and an empty match may lie between the bytes of a
/// character (`\B` finds one there), both as in RE2.
package struct RegularExpression: Sendable {
    /// The text the expression was made from.
    package let pattern: String

    let program: Program
    private let idleMatchers = MatcherPool()

    /// Compiles a pattern, or says what is wrong with it.
    package init(_ pattern: String) throws(RegularExpressionError) {
        var parser = try PatternParser(pattern)
        let tree = try parser.parse()
        program = try Program(tree, patternLength: pattern.utf8.count)
        self.pattern = pattern
    }

    /// Whether a part of the text matches, from any thread.
    package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        let matcher = idleMatchers.take() ?? makeMatcher()
        defer { idleMatchers.put(matcher) }
        return matcher.matches(text)
    }

    /// Bytes that every text contains that matches; nil if none are known.
    package var requiredLiteral: [UInt8]? { program.hints.required?.literal ?? program.hints.prefix?.literal }

    /// A matcher that keeps its automaton from one text to the next, for use by one thread at a time.
    package func makeMatcher() -> Matcher { Matcher(program) }
}
