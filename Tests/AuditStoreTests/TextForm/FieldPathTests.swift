import Testing

@testable import AuditStore

@Suite("Field paths")
struct FieldPathTests {
    @Test(
        "Each form of a path parses, and prints as it was",
        arguments: [
            ("verb", [.key("verb")]),
            ("_raw", [.key("_raw")]),
            ("user.username", [.key("user"), .key("username")]),
            ("objectRef.namespace", [.key("objectRef"), .key("namespace")]),
            (
                #"annotations["authorization.k8s.io/decision"]"#,
                [.key("annotations"), .key("authorization.k8s.io/decision")]
            ),
            ("sourceIPs[0]", [.key("sourceIPs"), .index(0)]),
            ("sourceIPs[*]", [.key("sourceIPs"), .everyElement]),
            (
                "requestObject.spec.containers[*].image",
                [.key("requestObject"), .key("spec"), .key("containers"), .everyElement, .key("image")]
            ),
            ("a[1][*][\"in\"]", [.key("a"), .index(1), .everyElement, .key("in")]),
            (#"["a-b"].c"#, [.key("a-b"), .key("c")]),
            (#"a[""]["\"\\\n\x00é"]"#, [.key("a"), .key(""), .key("\"\\\n\0é")]),
        ] as [(String, [FieldPath.Component])])
    func parses(text: String, components: [FieldPath.Component]) throws {
        let path = try FieldPath(parsing: text)
        #expect(path == FieldPath(components))
        #expect(path.description == text)
    }

    @Test(
        "Other spellings have one canonical text",
        arguments: [
            (" user . username // who", "user.username"),
            (#"user["username"]"#, "user.username"),
            ("a['b c']", #"a["b c"]"#),
            ("a[0x10]", "a[16]"),
            (#"a[r"\d"]"#, #"a["\\d"]"#),
            (#"["verb"]"#, "verb"),
            (#"a["9lives"]["true"]["x1"]"#, #"a["9lives"]["true"].x1"#),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(try FieldPath(parsing: text).description == expected)
    }

    @Test("The empty path leads to the value itself and has no text")
    func empty() {
        #expect(FieldPath().components.isEmpty)
        #expect(FieldPath().description.isEmpty)
        #expect(throws: ExpressionError.self) { try FieldPath(parsing: "") }
    }

    @Test("Keys are equal by their bytes, not by canonical equivalence")
    func bytewise() throws {
        let composed = try FieldPath(parsing: #"a["\u00e9"]"#)
        let decomposed = try FieldPath(parsing: #"a["e\u0301"]"#)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect(FieldPath([.index(1)]) != FieldPath([.everyElement]))
        #expect(FieldPath([.key("1")]) != FieldPath([.index(1)]))
        #expect(FieldPath([.everyElement]).hashValue == FieldPath([.everyElement]).hashValue)
    }

    @Test(
        "What is no path says where",
        arguments: [
            ("", "expected the name of a field, found the end", 0..<0),
            ("user.", "expected a name after `.`, found the end", 5..<5),
            ("user..name", "expected a name after `.`, found `.`", 5..<6),
            ("user.in", "expected a name after `.`, found `in`", 5..<7),
            ("a.b()", "a path has no calls", 2..<3),
            ("a.$", "unexpected character `$`", 2..<3),
            ("true", "expected the name of a field, found `true`", 0..<4),
            ("a b", "expected `.`, `[` or the end of the path, found `b`", 2..<3),
            ("a-b", "expected `.`, `[` or the end of the path, found `-`", 1..<2),
            ("a[", "expected a key in quotes, a position or `*`, found the end", 2..<2),
            ("a[0", "expected `]`, found the end", 3..<3),
            ("a[b]", "expected a key in quotes, a position or `*`, found `b`", 2..<3),
            ("a[-1]", "expected a key in quotes, a position or `*`, found `-`", 2..<3),
            ("a[1u]", "expected a key in quotes, a position or `*`, found `1u`", 2..<4),
            ("a[9223372036854775808]", "the position is too large", 2..<21),
            ("sourceIPs.0", "expected `.`, `[` or the end of the path, found `.0`", 9..<11),
            ("a[\"b]", "the string has no closing quote", 2..<5),
            ("é", "unexpected character `é` (U+00E9)", 0..<2),
        ])
    func errors(text: String, message: String, range: Range<Int>) {
        let error = #expect(throws: ExpressionError.self) { try FieldPath(parsing: text) }
        #expect(error?.message == message)
        #expect(error?.range == range)
        #expect(error?.source == text)
    }
}
