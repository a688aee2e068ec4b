import Testing

@testable import AuditStore

@Suite("Parsing of expressions")
struct ExpressionParserTests {
    // MARK: Literals

    @Test(
        "Numbers, booleans and null",
        arguments: [
            ("0", .int(0)), ("403", .int(403)), ("007", .int(7)), ("-5", .int(-5)), ("- 5", .int(-5)), ("--5", .int(5)),
            ("0x1F", .int(31)), ("-0Xff", .int(-255)),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("-0x8000000000000000", .int(.min)),
            ("1u", .uint(1)), ("0x1Fu", .uint(31)), ("18446744073709551615U", .uint(.max)),
            ("1.5", .double(1.5)), (".5", .double(0.5)), ("-2.5", .double(-2.5)), ("1e3", .double(1000)),
            ("1E+3", .double(1000)), ("25e-2", .double(0.25)), ("1.25e2", .double(125)), ("-0.0", .double(-0.0)),
            ("1e-400", .double(0)),
            ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
        ] as [(String, Expression.Literal)])
    func scalarLiterals(text: String, literal: Expression.Literal) throws {
        #expect(try Expression(parsing: text).kind == .literal(literal))
    }

    @Test(
        "Strings with every quote and escape",
        arguments: [
            (#""text""#, "text"), ("'text'", "text"), (#""""#, ""), ("''", ""),
            (#""it's""#, "it's"), (#"'say "hi"'"#, #"say "hi""#),
            (#""\n\t\r\a\b\f\v""#, "\n\t\r\u{7}\u{8}\u{C}\u{B}"), (#""\"\'\`\?\\""#, "\"'`?\\"),
            (#""\x41\X7a\xe9""#, "Azé"), (#""\u00e9\u20AC""#, "é€"), (#""\U0001F600""#, "😀"), (#""\101\012""#, "A\n"),
            (#"r"\d+\.""#, #"\d+\."#), ("R'a\\'", "a\\"), (#""ünï😀""#, "ünï😀"), ("\"\u{301}\"", "\u{301}"),
            ("\"\t\u{0}\"", "\t\0"),
        ])
    func strings(text: String, value: String) throws {
        #expect(try Expression(parsing: text) == Tree.string(value))
    }

    @Test("Literals are equal by type, bytes and bits")
    func literalEquality() {
        #expect(Expression.Literal.string("\u{e9}") != .string("e\u{301}"))
        #expect(Expression.Literal.int(1) != .uint(1))
        #expect(Expression.Literal.double(0) != .double(-0.0))
        #expect(
            Set<Expression.Literal>([.null, .null, .bool(true), .int(1), .uint(1), .double(1), .string("1")]).count == 6
        )
    }

    @Test("Lists, with a comma after the last element if one likes")
    func lists() throws {
        #expect(try Expression(parsing: "[]") == Tree.list())
        #expect(try Expression(parsing: "[1]") == Tree.list(Tree.int(1)))
        #expect(try Expression(parsing: "[1, 'a',]") == Tree.list(Tree.int(1), Tree.string("a")))
        #expect(try Expression(parsing: "[[true], verb]") == Tree.list(Tree.list(Tree.bool(true)), Tree.field("verb")))
    }

    // MARK: Fields

    @Test("Paths, also through words that CEL reserves and functions are named by")
    func fields() throws {
        #expect(try Expression(parsing: "verb") == Tree.field("verb"))
        #expect(
            try Expression(parsing: #"annotations["a.b/c"][0][*].image"#)
                == Tree.field(.key("annotations"), .key("a.b/c"), .index(0), .everyElement, .key("image")))
        #expect(
            try Expression(parsing: "namespace.size.has") == Tree.field(.key("namespace"), .key("size"), .key("has")))
        #expect(try Expression(parsing: "r.b") == Tree.field(.key("r"), .key("b")))
    }

    // MARK: Operators

    @Test("Every comparison", arguments: Expression.Comparison.allCases)
    func comparisons(comparison: Expression.Comparison) throws {
        let expected = Tree.node(.comparison(comparison, Tree.field("a"), Tree.int(1)))
        #expect(try Expression(parsing: "a \(comparison.rawValue) 1") == expected)
        #expect(try Expression(parsing: "a\(comparison.rawValue)1") == expected)
    }

    @Test("Membership")
    func membership() throws {
        let list = Tree.list(Tree.string("create"), Tree.string("delete"))
        #expect(
            try Expression(parsing: #"verb in ["create","delete"]"#)
                == Tree.node(.membership(Tree.field("verb"), in: list)))
        #expect(
            try Expression(parsing: "'x' in user.groups")
                == Tree.node(.membership(Tree.string("x"), in: Tree.field(.key("user"), .key("groups")))))
    }

    @Test("Precedence: or, and, relations to the left, not, methods")
    func precedence() throws {
        let (a, b, c, d) = (Tree.field("a"), Tree.field("b"), Tree.field("c"), Tree.field("d"))
        #expect(try Expression(parsing: "a || b && c || d") == Tree.or(a, Tree.and(b, c), d))
        #expect(try Expression(parsing: "(a || b) && c") == Tree.and(Tree.or(a, b), c))
        #expect(try Expression(parsing: "a && b && c && d") == Tree.and(a, b, c, d))
        #expect(try Expression(parsing: "a && (b && c)") == Tree.and(a, Tree.and(b, c)))
        #expect(try Expression(parsing: "a == b == c") == Tree.equal(Tree.equal(a, b), c))
        #expect(try Expression(parsing: "a == (b == c)") == Tree.equal(a, Tree.equal(b, c)))
        #expect(
            try Expression(parsing: "a in b == c") == Tree.equal(Tree.node(.membership(a, in: b)), c))
        #expect(try Expression(parsing: "!a == b") == Tree.equal(Tree.not(a), b))
        #expect(try Expression(parsing: "!(a == b)") == Tree.not(Tree.equal(a, b)))
        #expect(try Expression(parsing: "!!a") == Tree.not(Tree.not(a)))
        #expect(
            try Expression(parsing: "!a.startsWith(b) && c")
                == Tree.and(Tree.not(Tree.node(.test(.startsWith, a, b))), c))
        #expect(try Expression(parsing: "((a))") == a)
    }

    // MARK: Calls

    @Test("Tests of strings", arguments: Expression.StringTest.allCases)
    func stringTests(test: Expression.StringTest) throws {
        let userName = Tree.field(.key("user"), .key("username"))
        #expect(
            try Expression(parsing: "user.username.\(test.rawValue)('x')")
                == Tree.node(.test(test, userName, Tree.string("x"))))
        #expect(
            try Expression(parsing: "'xy'.\(test.rawValue)(verb)")
                == Tree.node(.test(test, Tree.string("xy"), Tree.field("verb"))))
    }

    @Test("Functions")
    func functions() throws {
        let (a, x) = (Tree.field("a"), Tree.string("x"))
        #expect(try Expression(parsing: "has(a)") == Tree.node(.has(a)))
        #expect(try Expression(parsing: "size(a)") == Tree.node(.size(a)))
        #expect(try Expression(parsing: "a.size()") == Tree.node(.size(a)))
        #expect(try Expression(parsing: "[1].size()") == Tree.node(.size(Tree.list(Tree.int(1)))))
        #expect(try Expression(parsing: "matches(a, 'x')") == Tree.node(.test(.matches, a, x)))
        #expect(try Expression(parsing: "ip('x')") == Tree.node(.conversion(.ip, x)))
        #expect(try Expression(parsing: "timestamp('x')") == Tree.node(.conversion(.timestamp, x)))
        #expect(try Expression(parsing: "duration('x')") == Tree.node(.conversion(.duration, x)))
        #expect(
            try Expression(parsing: "cidr('x').containsIP(a)") == Tree.node(.containsIP(network: x, address: a)))
    }

    @Test("Quantifiers bind their variable in the predicate only")
    func quantifiers() throws {
        let (a, x) = (Tree.field("a"), Tree.variable("x"))
        #expect(
            try Expression(parsing: "a.exists(x, x == 1)")
                == Tree.node(.quantifier(.exists, over: a, variable: "x", Tree.equal(x, Tree.int(1)))))
        #expect(
            try Expression(parsing: "a.all(x, x)") == Tree.node(.quantifier(.all, over: a, variable: "x", x)))
        #expect(
            try Expression(parsing: "x.exists(x, x.b[0] == a) && x")
                == Tree.and(
                    Tree.node(
                        .quantifier(
                            .exists, over: Tree.field("x"), variable: "x",
                            Tree.equal(Tree.variable("x", .key("b"), .index(0)), a))),
                    Tree.field("x")))
        #expect(
            try Expression(parsing: "a.exists(x, x.all(y, x == y))")
                == Tree.node(
                    .quantifier(
                        .exists, over: a, variable: "x",
                        Tree.node(
                            .quantifier(.all, over: x, variable: "y", Tree.equal(x, Tree.variable("y")))))))
        #expect(
            try Expression(parsing: "a.exists(x, has(x.b) && x.size() == 1)")
                == Tree.node(
                    .quantifier(
                        .exists, over: a, variable: "x",
                        Tree.and(
                            Tree.node(.has(Tree.variable("x", .key("b")))),
                            Tree.equal(Tree.node(.size(x)), Tree.int(1))))))
    }

    // MARK: The contract of the command line

    @Test("The examples of the command line")
    func contract() throws {
        #expect(
            try Expression(parsing: "responseStatus.code == 403")
                == Tree.equal(Tree.field(.key("responseStatus"), .key("code")), Tree.int(403)))

        let networks = Tree.list(
            Tree.string("10.0.0.0/8"), Tree.string("172.16.0.0/12"), Tree.string("192.168.0.0/16"))
        #expect(
            try Expression(
                parsing: """
                    user.username.startsWith("system:serviceaccount:") &&
                            !["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"].exists(n, cidr(n).containsIP(remoteIP))
                    """)
                == Tree.and(
                    Tree.node(
                        .test(
                            .startsWith, Tree.field(.key("user"), .key("username")),
                            Tree.string("system:serviceaccount:"))),
                    Tree.not(
                        Tree.node(
                            .quantifier(
                                .exists, over: networks, variable: "n",
                                Tree.node(
                                    .containsIP(network: Tree.variable("n"), address: Tree.field("remoteIP"))))))))

        let verbs = Tree.list(
            Tree.string("create"), Tree.string("update"), Tree.string("patch"), Tree.string("delete"))
        #expect(
            try Expression(
                parsing: #"objectRef.resource == "deployments" && verb in ["create","update","patch","delete"]"#)
                == Tree.and(
                    Tree.equal(Tree.field(.key("objectRef"), .key("resource")), Tree.string("deployments")),
                    Tree.node(.membership(Tree.field("verb"), in: verbs))))

        #expect(
            try Expression(
                parsing: #"responseStatus.code == 403 && !cidr("10.0.0.0/8").containsIP(sourceIPs[0])"#)
                == Tree.and(
                    Tree.equal(Tree.field(.key("responseStatus"), .key("code")), Tree.int(403)),
                    Tree.not(
                        Tree.node(
                            .containsIP(
                                network: Tree.string("10.0.0.0/8"),
                                address: Tree.field(.key("sourceIPs"), .index(0)))))))
    }

    // MARK: Text

    @Test("White space and comments go between tokens")
    func blanks() throws {
        let expected = try Expression(parsing: "a == 1 && b.size() == 2")
        #expect(
            try Expression(parsing: "\t a// the first\r\n==1\n\n&& b\u{C}.\n  size ( )// 2\n == 2 // end") == expected)
    }

    @Test("Ranges are UTF-8 offsets, with the parentheses around a term")
    func ranges() throws {
        let source = #"  ("ü" == a.b[0]) && !has( c )"#
        let root = try Expression(parsing: source)
        func text(_ node: Expression) -> String { String(decoding: Array(source.utf8)[node.range], as: UTF8.self) }

        #expect(text(root) == #"("ü" == a.b[0]) && !has( c )"#)
        let children = root.kind.children
        #expect(children.map(text) == [#"("ü" == a.b[0])"#, "!has( c )"])
        #expect(children[0].kind.children.map(text) == [#""ü""#, "a.b[0]"])
        #expect(children[1].kind.children.map(text) == ["has( c )"])
        #expect(children[1].kind.children[0].kind.children.map(text) == ["c"])

        let quantifier = try Expression(parsing: #"["a"].exists(n, cidr(n).containsIP(x))"#)
        #expect(quantifier.range == 0..<38)
        #expect(quantifier.kind.children.map(\.range) == [0..<5, 16..<37])
        #expect(quantifier.kind.children[1].kind.children.map(\.range) == [21..<22, 35..<36])
    }

    @Test("Equality and hashes ignore where terms stand")
    func equality() throws {
        let one = try Expression(parsing: "a == 1")
        let other = try Expression(parsing: " ( a  ==  0x1 ) ")
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one.range != other.range)
        #expect(one != (try Expression(parsing: "a == 1u")))
    }

    @Test(
        "The canonical text",
        arguments: [
            ("a==1&&(b||!(c in['x',]))", #"a == 1 && (b || !(c in ["x"]))"#),
            ("(a&&b)&&c", "(a && b) && c"),
            ("(a&&b)||(c&&d)", "a && b || c && d"),
            ("(a==b)==c", "a == b == c"),
            ("a==(b==c)", "a == (b == c)"),
            ("(!a).size()==- 1", "(!a).size() == -1"),
            ("(a || b).startsWith(c || d)", "(a || b).startsWith(c || d)"),
            ("size(a)", "a.size()"),
            ("matches(a, r'\\d')", #"a.matches("\\d")"#),
            ("'\\x1b\\x7f\\u00e9'.size()", #""\x1b\x7fé".size()"#),
            ("['a'].exists(n,cidr(n).containsIP(ip(x)))", #"["a"].exists(n, cidr(n).containsIP(ip(x)))"#),
            ("a.all(c,has(c['x-y'].z))", #"a.all(c, has(c["x-y"].z))"#),
            (
                "[1u, 1e100, .5, null, true, -9223372036854775808]",
                "[1u, 1e+100, 0.5, null, true, -9223372036854775808]"
            ),
        ])
    func description(text: String, expected: String) throws {
        let expression = try Expression(parsing: text)
        #expect(expression.description == expected)
        #expect(try Expression(parsing: expected) == expression)
    }
}
