import Testing

@testable import AuditStore

@Suite("Errors of expressions")
struct ExpressionErrorTests {
    // MARK: The whole description

    @Test("A misspelled method is underlined, and the nearest one suggested")
    func misspelledMethod() {
        #expect(
            expressionFailure(#"user.username.startWith("system:")"#) == """
                line 1, column 15: there is no method `startWith`
                    user.username.startWith("system:")
                                  ^~~~~~~~~
                    hint: did you mean `startsWith`?
                """)
    }

    @Test("A missing part is pointed at by a single caret")
    func missingPart() {
        #expect(
            expressionFailure("verb ==") == """
                line 1, column 8: expected a value, found the end
                    verb ==
                           ^
                """)
        #expect(
            expressionFailure("") == """
                line 1, column 1: expected a value, found the end
                    \("")
                    ^
                """)
    }

    @Test("Only the line of the place is shown")
    func manyLines() {
        #expect(
            expressionFailure("verb == 'get' &&\r\n\tresponseStatus.code = 403 &&\r\n  has(user)") == """
                line 2, column 22: unexpected character `=`
                     responseStatus.code = 403 && \("")
                                         ^
                    hint: write `==`
                """)
        #expect(
            expressionFailure("a &&\n(b\n") == """
                line 3, column 1: expected `)`, found the end
                    \("")
                    ^
                """)
        #expect(
            expressionFailure("(a).exists(x, 'one\ntwo')") == """
                line 1, column 15: the string has no closing quote
                    (a).exists(x, 'one
                                  ^~~~
                """)
    }

    @Test("A place of several lines is underlined to the end of the first")
    func rangeOfManyLines() {
        #expect(
            expressionFailure("a.startsWith(\n'x', 'y')") == """
                line 1, column 3: `startsWith` takes 1 argument, not 2
                    a.startsWith(
                      ^~~~~~~~~~~
                """)
    }

    @Test("Wide, combining and control characters leave the caret where it belongs")
    func widths() {
        #expect(
            expressionFailure("'日本' == e\u{301}") == """
                line 1, column 10: unexpected character `\u{301}` (U+0301)
                    '日本' == e\u{301}
                               ^
                    hint: other characters can stand in quotes only: object["key"]
                """)
        #expect(
            expressionFailure("'\u{1B}[31m\u{202E}' ==\t== 'é'") == """
                line 1, column 13: expected a value, found `==`
                    '\u{FFFD}[31m\u{FFFD}' == == 'é'
                                ^~
                """)
    }

    @Test("A long line is cut around the place")
    func longLines() {
        let list = (100..<160).map(String.init).joined(separator: ", ")
        #expect(
            expressionFailure("code in [\(list); \(list)]") == """
                line 1, column 308: unexpected character `;`
                    …0, 151, 152, 153, 154, 155, 156, 157, 158, 159; 100, 101, 102, 103, 104, 105, 106, 107, 108,…
                                                                   ^
                """)
        let name = String(repeating: "n", count: 200)
        #expect(
            expressionFailure("verb \(name)") == """
                line 1, column 6: expected an operator or the end, found `\(name.prefix(40))…`
                    verb \(name.prefix(87))…
                         ^\(String(repeating: "~", count: 86))
                """)
        #expect(
            expressionFailure("'\(name)' +") == """
                line 1, column 204: expected an operator or the end, found `+`
                    …\(name.suffix(89))' +
                     \(String(repeating: " ", count: 91))^
                    hint: there is no arithmetic
                """)
    }

    @Test("Any range and text can be described")
    func anyRange() {
        #expect(ExpressionError("no", at: 5..<9, in: "ab").description == "line 1, column 3: no\n    ab\n      ^")
        #expect(ExpressionError("no", at: -9 ..< -5, in: "ab").description == "line 1, column 1: no\n    ab\n    ^")
        #expect(ExpressionError("no", at: 2..<2, in: "aé\n").description == "line 1, column 2: no\n    aé\n     ^")
        let error = ExpressionError("no", at: 4..<5, in: "a\n\nbc")
        #expect((error.line, error.column) == (3, 2))
        for lower in -1...8 {
            for upper in lower...9 {
                #expect(!ExpressionError("no", at: lower..<upper, in: "é\r\n\n日\n").description.isEmpty)
            }
        }
        let marks = ExpressionError("no", at: 0..<0, in: String(repeating: "\u{301}", count: 60_000))
        #expect(marks.description.utf8.count < 2_000)
    }

    // MARK: Message, place and hint of each

    @Test(
        "Characters, numbers and strings",
        arguments: [
            ("a & b", "unexpected character `&`", 2..<3, "write `&&`"),
            ("a | b", "unexpected character `|`", 2..<3, "write `||`"),
            ("a =~ 'x'", "unexpected character `=`", 2..<3, "a regular expression is tested by `field.matches(\"…\")`"),
            ("a == “x”", "unexpected character `“` (U+201C)", 5..<8, "write a straight quote"),
            ("a\u{A0}== 1", "unexpected character `\u{A0}` (U+00A0)", 1..<3, "write an ordinary space"),
            ("a == \0", "unexpected character `\u{FFFD}` (U+0000)", 5..<6, nil),
            ("a == $b", "unexpected character `$`", 5..<6, nil),
            ("1x", "`1x` is not a number", 0..<2, nil),
            ("1e", "`1e` is not a number", 0..<2, nil),
            ("1.5u", "`1.5u` is not a number", 0..<4, nil),
            ("1ul", "`1ul` is not a number", 0..<3, nil),
            ("0x", "a digit is missing after `0x`", 0..<2, nil),
            ("0xu", "a digit is missing after `0x`", 0..<3, nil),
            ("1e400", "the number is too large for a double", 0..<5, nil),
            ("18446744073709551616", "the number is too large for 64 bits", 0..<20, nil),
            (
                "9223372036854775808", "the number is too large for a signed integer", 0..<19,
                "write `9223372036854775808u` for an unsigned one"
            ),
            ("-9223372036854775809", "the number is too large for a signed integer", 0..<20, nil),
            ("--9223372036854775808", "the number is too large for a signed integer", 0..<21, nil),
            ("-1u", "an unsigned integer has no sign", 0..<3, nil),
            ("-a", "expected a number after `-`, found `a`", 1..<2, "there is no arithmetic"),
            ("'abc", "the string has no closing quote", 0..<4, nil),
            ("'abc\\", "the string ends with a backslash", 4..<5, nil),
            ("'abc\\'", "the string has no closing quote", 0..<6, nil),
            (
                #"a.matches("\d+")"#, #"unknown escape `\d`"#, 11..<13,
                #"write a backslash as `\\`, or put `r` before the quote: r"\d+""#
            ),
            (
                #""\é""#, #"unknown escape `\é`"#, 1..<4,
                #"write a backslash as `\\`, or put `r` before the quote: r"\d+""#
            ),
            (#""\x4""#, "the escape needs 2 hexadecimal digits", 1..<4, nil),
            (#""\u12g4""#, "the escape needs 4 hexadecimal digits", 1..<5, nil),
            (#""\078""#, "the escape needs 3 octal digits", 1..<4, nil),
            (#""\ud800""#, "the escape names no Unicode scalar", 1..<7, nil),
            (#""\UFFFFFFFF""#, "the escape names no Unicode scalar", 1..<11, nil),
            ("'''a'''", "strings in three quotes are not supported", 0..<3, nil),
            ("b'a'", "byte strings are not supported", 0..<2, nil),
            ("a == rb\"a\"", "byte strings are not supported", 5..<8, nil),
        ] as [(String, String, Range<Int>, String?)])
    func lexical(source: String, message: String, range: Range<Int>, hint: String?) {
        #expect(expressionError(source) == ExpressionError(message, at: range, in: source, hint: hint))
    }

    @Test(
        "Operators and terms",
        arguments: [
            ("a b", "expected an operator or the end, found `b`", 2..<3, nil),
            ("a and b", "expected an operator or the end, found `and`", 2..<5, "write `&&`"),
            ("a OR b", "expected an operator or the end, found `OR`", 2..<4, "write `||`"),
            ("not a", "expected an operator or the end, found `a`", 4..<5, "write `!` for `not`"),
            (
                "a not in b", "expected an operator or the end, found `not`", 2..<5,
                "write `!` before the whole term: !(a in b)"
            ),
            ("a + 1", "expected an operator or the end, found `+`", 2..<3, "there is no arithmetic"),
            (
                "annotations.authorization.k8s.io/decision == 'allow'", "expected an operator or the end, found `/`",
                32..<33,
                "there is no arithmetic; a key with other characters than letters and digits is written object[\"key\"]"
            ),
            (
                "a ? b : c", "expected an operator or the end, found `?`", 2..<3,
                "there is no `?:`; write it with `&&` and `||`"
            ),
            ("{}", "expected a value, found `{`", 0..<1, "there are no maps and no messages"),
            ("a[0].5", "expected an operator or the end, found `.5`", 4..<6, "an element is written list[0]"),
            ("a &&", "expected a value, found the end", 4..<4, nil),
            ("&& a", "expected a value, found `&&`", 0..<2, nil),
            ("a == == b", "expected a value, found `==`", 5..<7, nil),
            ("(a", "expected `)`, found the end", 2..<2, nil),
            ("a)", "expected an operator or the end, found `)`", 1..<2, nil),
            ("()", "expected a value, found `)`", 1..<2, nil),
            ("[1 2]", "expected `,` or `]`, found `2`", 3..<4, nil),
            ("[1,,2]", "expected a value, found `,`", 3..<4, nil),
            ("[,]", "expected a value, found `,`", 1..<2, nil),
            ("[1", "expected `,` or `]`, found the end", 2..<2, nil),
            (".a", "expected a value, found `.`", 0..<1, nil),
            ("a.", "expected a name after `.`, found the end", 2..<2, nil),
            ("a.in.b", "expected a name after `.`, found `in`", 2..<4, "write [\"in\"]"),
            ("a.1", "expected an operator or the end, found `.1`", 1..<3, "an element is written list[0]"),
            ("a[b]", "expected a key in quotes, a position or `*`, found `b`", 2..<3, "write [\"b\"]"),
            (
                "sourceIPs[-1]", "expected a key in quotes, a position or `*`, found `-`", 10..<11,
                "positions count from 0; the last of `sourceIPs` is `remoteIP`"
            ),
            ("a[]", "expected a key in quotes, a position or `*`, found `]`", 2..<3, nil),
            ("a[1.5]", "expected a key in quotes, a position or `*`, found `1.5`", 2..<5, nil),
            ("[1][0]", "only a field has elements", 3..<4, nil),
            ("'a'.b", "only a field has members", 4..<5, nil),
            ("a.size().b", "only a field has members", 9..<10, nil),
            ("(a).b", "only a field has members", 4..<5, nil),
        ] as [(String, String, Range<Int>, String?)])
    func terms(source: String, message: String, range: Range<Int>, hint: String?) {
        #expect(expressionError(source) == ExpressionError(message, at: range, in: source, hint: hint))
    }

    @Test(
        "Calls",
        arguments: [
            ("foo(a)", "there is no function `foo`", 0..<3, nil),
            ("timestmp('x')", "there is no function `timestmp`", 0..<8, "did you mean `timestamp`?"),
            ("startsWith(a)", "`startsWith` is a method, not a function", 0..<10, "write field.startsWith(…)"),
            ("containsIP(a)", "`containsIP` is a method, not a function", 0..<10, "write cidr(\"…\").containsIP(…)"),
            ("a.foo()", "there is no method `foo`", 2..<5, nil),
            ("a.exist(x, x)", "there is no method `exist`", 2..<7, "did you mean `exists`?"),
            ("a.ip()", "`ip` is a function, not a method", 2..<4, "write ip(…)"),
            ("a.containsIP(b)", "`containsIP` needs `cidr(…)` before it", 2..<12, "write cidr(\"…\").containsIP(…)"),
            (
                "cidr('x') == a", "expected `.containsIP`, found `==`", 10..<12,
                "a network is asked by `cidr(\"10.0.0.0/8\").containsIP(remoteIP)`"
            ),
            (
                "cidr('x').contains(a)", "expected `containsIP`, found `contains`", 10..<18,
                "a network is asked by `cidr(\"10.0.0.0/8\").containsIP(remoteIP)`"
            ),
            ("cidr('x').containsIP", "expected `(` after `containsIP`, found the end", 20..<20, nil),
            ("has()", "`has` takes 1 argument, not 0", 0..<5, nil),
            ("has(a, b)", "`has` takes 1 argument, not 2", 0..<9, nil),
            ("has('a')", "`has` takes the path of a field", 4..<7, nil),
            ("has(a == 1)", "`has` takes the path of a field", 4..<10, nil),
            ("a.exists(x, has(x))", "`has` takes the path of a field", 16..<17, nil),
            ("matches(a)", "`matches` takes 2 arguments, not 1", 0..<10, nil),
            ("a.size(1)", "`size` takes no arguments, not 1", 2..<9, nil),
            ("a.startsWith()", "`startsWith` takes 1 argument, not 0", 2..<14, nil),
            ("ip(a", "expected `,` or `)`, found the end", 4..<4, nil),
            ("ip(", "expected a value, found the end", 3..<3, nil),
            ("ip(a,)", "expected a value, found `)`", 5..<6, nil),
            ("'a'.exists(x, x)", "`exists` needs a field or a list before it", 0..<3, nil),
            ("(a == b).all(x, x)", "`all` needs a field or a list before it", 0..<8, nil),
            (
                "a.exists(x == 1)", "expected `,` after the variable, found `==`", 11..<13,
                "write list.exists(x, …) with a predicate on `x`"
            ),
            (
                "a.all('x', true)", "expected the name of a variable, found `'x'`", 6..<9,
                "write list.all(x, …) with a predicate on `x`"
            ),
            ("a.exists(x, true, true)", "expected `)`, found `,`", 16..<17, nil),
            ("a.exists(x, )", "expected a value, found `)`", 12..<13, nil),
        ] as [(String, String, Range<Int>, String?)])
    func calls(source: String, message: String, range: Range<Int>, hint: String?) {
        #expect(expressionError(source) == ExpressionError(message, at: range, in: source, hint: hint))
    }

    @Test("Of two errors the first in the text is told")
    func firstError() {
        #expect(expressionError("a = 'b")?.range == 2..<3)
        #expect(expressionError("a b 'c")?.range == 2..<3)
        #expect(expressionError("a == 1 && 'c")?.range == 10..<12)
        for source in [
            "$", "a $", "(a $", "[a $", "a. $", "a.b $", "a[ $", "a[0 $", "a.size $", "a.size( $", "ip( $", "ip(a $",
        ]
            + ["a.exists( $", "a.exists(x $", "a.exists(x, $", "a.exists(x, x $", "cidr $", "cidr(a) $", "- $", "! $"]
            + ["cidr(a). $", "cidr(a).containsIP $", "'a'.b $", "has(a) $"]
        {
            #expect(expressionError(source)?.message == "unexpected character `$`", "\(source)")
        }
    }
}
