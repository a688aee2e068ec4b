import TestSupport
import Testing

@testable import AuditStore

@Suite("Random regular expressions") struct RandomRegularExpressionTests {
    @Test("The automaton says what trying everything says", arguments: Seeds.fixed)
    func reference(seed: UInt64) throws {
        var random = Seeds.announce(seed, "regular expressions")
        var matching = 0
        for _ in 0..<1_500 {
            let pattern = ReferencePattern.random(&random, depth: 1 + random.below(3))
            let expression = try RegularExpression(pattern.text)
            let matcher = expression.makeMatcher()
            // Drops its states all the time.
            let forgetful = RegularExpression.Matcher(expression.program, cacheBytes: 0)
            for _ in 0..<12 {
                let text = (0..<random.below(9)).map { _ in random.pick(ReferencePattern.alphabet) }
                let bytes = Array(String(text).utf8)
                let expected = pattern.matches(text)
                matching += expected ? 1 : 0
                let question = "\(pattern.text.debugDescription) in \(String(text).debugDescription)"
                #expect(matcher.matches(bytes) == expected, "\(question)")
                #expect(forgetful.matches(bytes) == expected, "\(question)")
            }
        }
        // Neither all nor none, or the comparison says little.
        #expect((4_000...14_000).contains(matching))
    }

    @Test("No pattern and no text makes it trap", arguments: Seeds.fixed)
    func fuzz(seed: UInt64) {
        var random = Seeds.announce(seed, "hostile patterns")
        let parts =
            "( ) [ ] { } | * + ? \\ ^ $ . - , : < > = ! P p Q E d D w S b B A z C x 0 1 9 a k _ é 😀 \n \0 (? "
            + "(?: (?P< (?i) [^ [: :] [[:alpha:]] {2} {1,3} {,2} {1000} \\p{ \\p{L} \\pN \\x{ \\x{41} \\Q \\E \\07 (?s-m:"
        let pieces = parts.split(separator: " ").map(String.init)
        var accepted = 0
        for _ in 0..<6_000 {
            let pattern = (0..<1 + random.below(12)).map { _ in random.pick(pieces) }.joined()
            do {
                let matcher = try RegularExpression(pattern).makeMatcher()
                accepted += 1
                for _ in 0..<3 { _ = matcher.matches(random.bytes(random.below(40))) }
            } catch {
                #expect(error.range.upperBound <= pattern.utf8.count && !error.message.isEmpty)
            }
        }
        #expect(accepted > 500)
    }

    @Test("Literals are found where a plain search finds them", arguments: Seeds.fixed)
    func literals(seed: UInt64) {
        var random = Seeds.announce(seed, "literals")
        for _ in 0..<3_000 {
            let literal = (0..<1 + random.below(5)).map { _ in UInt8(random.below(2)) }
            let text = (0..<random.below(80)).map { _ in UInt8(random.below(2)) }
            let start = random.below(text.count + 1)
            let expected = (start...text.count).first { text[$0...].starts(with: literal) }
            let search = RegularExpression.LiteralSearch(literal)
            #expect(text.withUnsafeBytes { search.first(in: $0, from: start) } == expected)
        }
    }
}
