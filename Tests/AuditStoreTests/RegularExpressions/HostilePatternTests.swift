import Testing

@testable import AuditStore

/// Patterns that make backtracking take exponential time, a program too large, or recursion too deep. What they cost is
/// counted in steps, which do not depend on how busy the machine is.
@Suite("Hostile regular expressions") struct HostilePatternTests {
    @Test(
        "Where backtracking explodes, a few states suffice",
        arguments: [
            "(a*)*b", "(a|a)*$b", "(a|aa)+$b", "(.*)*!", "(a+)+[!]", "(?:a?){30}a{30}b", "(x+x+)+y", "((a*)*)*[bc]",
            "(a*a*a*a*a*a*)*[!?]", #"^(\w+\s?)*\b$!"#,
        ])
    func catastrophic(pattern: String) throws {
        let matcher = try RegularExpression(pattern).makeMatcher()
        let short = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
        #expect(!matcher.matches(short))
        let steps = matcher.automatonSteps
        #expect(!matcher.matches(long))
        #expect(matcher.automatonStates < 200)
        #expect(matcher.automatonSteps == steps, "a longer text of the same kind needs nothing new")
    }

    @Test("Exponentially many states cost time linear in the text and bounded memory")
    func exponentialStates() throws {
        let expression = try RegularExpression("[ab]*a[ab]{200}c")
        var text: [UInt8] = []
        var state: UInt32 = 1
        while text.count < 20_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            text.append(state >> 31 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b"))
        }
        let matcher = RegularExpression.Matcher(expression.program, cacheBytes: 50_000)
        // Without the c it would not even begin.
        #expect(!matcher.matches(text + Array("d ac".utf8)))
        #expect(matcher.automatonFlushes > 10)
        #expect(matcher.automatonBytes <= 60_000)
        #expect(matcher.automatonSteps <= text.count * expression.program.instructions.count * 3)
        #expect(matcher.matches(text + Array("c".utf8)) == (text[text.count - 201] == UInt8(ascii: "a")))
    }

    @Test(
        "What would take too much memory is refused",
        arguments: [
            #"\pL{1000}"#, String(repeating: ".{1000}", count: 5),
            String(repeating: "(?:a{1000})", count: 200), String(repeating: #"[\pL]"#, count: 10_000),
            "(?i)" + String(repeating: #"[\pL\pN]"#, count: 8_000), String(repeating: "a", count: 70_000),
            String(repeating: "(", count: 1_001) + String(repeating: ")", count: 1_001),
            "(?:" + String(repeating: "()*", count: 20_000) + String(repeating: "(?:^|)", count: 200) + "){1000}",
        ])
    func tooLarge(pattern: String) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    }

    @Test("Deep and long patterns that fit are compiled without recursion")
    func deep() throws {
        let limit = RegularExpressionLimits.nestedGroups
        let groups = String(repeating: "(", count: limit) + "a" + String(repeating: ")", count: limit)
        #expect(try RegularExpression(groups).matches("a"))
        let starred = String(repeating: "(?:b|", count: limit) + "a" + String(repeating: ")+", count: limit)
        #expect(try RegularExpression("^" + starred + "$").matches("abab"))
        #expect(try !RegularExpression("^" + starred + "$").matches("abc"))
        #expect(try RegularExpression("^a" + String(repeating: "(?i)+", count: 10_000) + "$").matches("aaa"))
        #expect(try RegularExpression("^" + String(repeating: "|", count: 60_000) + "$").matches("a"))
        #expect(try RegularExpression(String(repeating: "[[:", count: 10_000) + "a]").matches(":"))
        #expect(throws: RegularExpressionError.self) { try RegularExpression(String(repeating: "(?i", count: 20_000)) }
        let words = (0..<5_000).map { "user-\($0)" }.joined(separator: "|")
        #expect(try RegularExpression("^(?:\(words))$").matches("user-4999"))
        #expect(try !RegularExpression("^(?:\(words))$").matches("user-5000"))
    }

    @Test("A thousand of anything fits")
    func thousands() throws {
        for pattern in [".", "[^a]", #"\w"#, "(?i)k", "é", #"\D"#] {
            let expression = try RegularExpression("^(?:\(pattern)){1000}$")
            let one = pattern == #"\w"# ? "x" : pattern == "(?i)k" ? "K" : "é"
            #expect(expression.matches(String(repeating: one, count: 1_000)))
            #expect(!expression.matches(String(repeating: one, count: 999)))
        }
    }
}
