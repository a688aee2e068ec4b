/// What bounds the memory and the time a pattern may take, each with its reason.
package enum RegularExpressionLimits {
    /// Bytes of a pattern: as many as a whole condition may have.
    package static let patternBytes = 65_536

    /// Nested groups. RE2's number; nothing here recurses, so it only keeps nonsense out.
    package static let nestedGroups = 1_000

    /// The largest count of `{n,m}`, and the largest product of nested counts. RE2's number.
    package static let repetitions = 1_000

    /// Instructions and byte ranges of a program. `.{1000}` takes about 25,000, `\pL{50}` about 70,000. In the worst
    /// case a byte of text costs a step through all of them.
    package static let programSize = 100_000

    /// Syntax nodes that may be visited to make a program; `(?:()()()…){1000}` visits many and makes nothing.
    static let compilationSteps = 2_000_000

    /// Ranges that may be gathered, folded and sorted for all classes of a pattern together.
    static let classRanges = 2_000_000

    /// Bytes of a matcher's automaton. Over it all states are dropped and built anew as they are needed. Most patterns
    /// need a few kilobytes; the limit is per thread and expression.
    package static let cacheBytes = 1 << 20

    /// Bytes of a literal that is searched for ahead of the automaton. The search may compare all of it at every place.
    static let literalBytes = 32

    /// Matchers that an expression keeps for the next caller; more threads than that at once make new ones.
    static let idleMatchers = 8
}
