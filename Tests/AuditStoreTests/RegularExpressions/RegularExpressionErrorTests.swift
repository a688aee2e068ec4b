import Testing

@testable import AuditStore

@Suite("Errors of regular expressions") struct RegularExpressionErrorTests {
    /// A pattern that RE2 refuses as well, the place that is shown, and a part of the message.
    struct Refused: CustomTestStringConvertible {
        let pattern: String
        let place: String
        let message: String

        init(_ pattern: String, _ place: String, _ message: String) {
            self.pattern = pattern
            self.place = place
            self.message = message
        }

        var testDescription: String { pattern }
    }

    static let table: [Refused] = [
        Refused("a(b", "(", "`)` is missing"),
        Refused("a)", ")", "no group is open"),
        Refused("é(?=a)", "(?=", "RE2 has no look-ahead"),
        Refused("(?!a)", "(?!", "RE2 has no look-ahead"),
        Refused("(?<=a)b", "(?<=", "RE2 has no look-behind"),
        Refused("(?<!a)b", "(?<!", "RE2 has no look-behind"),
        Refused(#"(a)\1"#, #"\1"#, "RE2 has no back-references"),
        Refused(#"\8"#, #"\8"#, "back-references"),
        Refused("(?P<n>a)(?P=n)", "(?P=", "RE2 has no back-references"),
        Refused(#"\k<n>"#, #"\k"#, "back-references"),
        Refused("(?>a)", "(?>", "atomic"),
        Refused("(?#a)", "(?#", "comments"),
        Refused("(?z)", "(?z", "RE2 has no `(?z`"),
        Refused("(?-)", "(?-)", "RE2 has no"),
        Refused("(?--i)", "(?--", "RE2 has no"),
        Refused("(?i", "(?i", "`)` is missing"),
        Refused("(?P<>a)", "(?P<", "name"),
        Refused("(?P<a.b>c)", ".", "named with letters"),
        Refused("(?<n>a)(?P<n>b)", "n", "named `n` already"),
        Refused("(?P<n", "(?P<n", "incomplete"),
        Refused("*", "*", "nothing to repeat"),
        Refused("a|*", "*", "nothing to repeat"),
        Refused("(+)", "+", "nothing to"),
        Refused("{2}", "{2}", "nothing to repeat"),
        Refused("a**", "**", "use a group"),
        Refused("a+?+", "+?+", "a group"),
        Refused("a{2}{3}", "{2}{3}", "use a group"),
        Refused("a{1001}", "{1001}", "at most 1000 times"),
        Refused("a{99999999999999999999}", "{99999999999999999999}", "1000 times"),
        Refused("a{2,1}", "{2,1}", "wrong order"),
        Refused("(a{600}){2}", "{2}", "multiply"),
        Refused("((a{10}){10,}){11}", "{11}", "multiply"),
        Refused("[a", "[a", "`]` is missing"),
        Refused("[]", "[]", "`]` is missing"),
        Refused("[^]", "[^]", "`]` is"),
        Refused("[z-a]", "z-a", "wrong order"),
        Refused("[[:foo:]]", "[:foo:]", "no class `[:foo:]`"),
        Refused(#"[a-\d]"#, #"\d"#, #"RE2 has no `\d` here"#),
        Refused(#"[\b]"#, #"\b"#, "RE2 has no"),
        Refused(#"\p{Foo}"#, #"\p{Foo}"#, #"no class `\p{Foo}`"#),
        Refused(#"\pX"#, #"\pX"#, "no class"),
        Refused(#"\p{Lu"#, #"\p{"#, "`}` is missing"),
        Refused(#"\p"#, #"\p"#, "missing"),
        Refused(#"\p{}"#, #"\p{}"#, "no class"),
        Refused(#"a\"#, #"\"#, "ends in a backslash"),
        Refused(#"\Z"#, #"\Z"#, #"write `\z`"#),
        Refused(#"\q"#, #"\q"#, "RE2 has no"),
        Refused(#"\é"#, #"\é"#, "needs no backslash"),
        Refused(#"\E"#, #"\E"#, "RE2"),
        Refused(#"\x4"#, #"\x4"#, "write"),
        Refused(#"\x{}"#, #"\x{"#, "write"),
        Refused(#"\x{41"#, #"\x{41"#, "write"),
        Refused(#"\x{110000}"#, #"\x{110000"#, "10FFFF"),
        Refused(#"\xZZ"#, #"\x"#, "write"),
    ]

    @Test("What is refused, and where", arguments: table)
    func refused(_ refused: Refused) {
        let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(refused.pattern) }
        guard let error else { return }
        #expect(error.message.contains(refused.message), "\(error.message)")
        #expect(String(decoding: Array(refused.pattern.utf8)[error.range], as: UTF8.self) == refused.place)
    }

    @Test("Scripts without a table are refused with those that have one")
    func scripts() {
        let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(#"\p{Tamil}"#) }
        #expect(error?.message.contains("Cyrillic, Devanagari") == true)
        for name in RegularExpression.UnicodeScripts.names {
            #expect(throws: Never.self) { try RegularExpression(#"\p{\#(name)}"#) }
        }
    }

    @Test("Messages show long and invisible text safely")
    func visibleMessages() {
        let long = #expect(throws: RegularExpressionError.self) {
            try RegularExpression(#"\p{"# + String(repeating: "x", count: 10_000) + "}")
        }
        #expect((long?.message.count ?? .max) < 300)
        let control = #expect(throws: RegularExpressionError.self) { try RegularExpression("(?\u{1B}[2J)") }
        #expect(control?.message == #"RE2 has no `(?\x{1B}`"#)
    }
}
