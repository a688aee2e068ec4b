import Testing

/// Patterns with texts that contain a match and texts that do not. The answers are those of RE2 itself (release of
/// November 2025, through its Python binding).
struct KnownAnswers: CustomTestStringConvertible {
    let pattern: String
    let matching: [String]
    let others: [String]

    init(_ pattern: String, _ matching: [String], not others: [String] = []) {
        self.pattern = pattern
        self.matching = matching
        self.others = others
    }

    var testDescription: String { pattern }
}

extension KnownAnswers {
    static let literalsAndSearch: [KnownAnswers] = [
        KnownAnswers("", ["", "a"]),
        KnownAnswers("b", ["abc"], not: ["ac", ""]),
        KnownAnswers("kube-system", ["system:kube-system:x"], not: ["kube_system"]),
        KnownAnswers("a.c", ["abc", "aéc", "xa😀cx"], not: ["a\nc", "ac"]),
        KnownAnswers("(?s)a.c", ["a\nc"]),
        KnownAnswers(#"a\.c"#, ["a.c"], not: ["abc"]),
        KnownAnswers(#"\Qa.b\E*"#, ["a.bbb", "a.", "a.x"], not: ["aXb"]),
        KnownAnswers(#"\Q("#, ["a(b"], not: ["ab"]),
        KnownAnswers("a{,2}", ["a{,2}"], not: ["aa"]),
        KnownAnswers("a{01}", ["a{01}"], not: ["a"]),
        KnownAnswers("x{", ["x{"], not: ["x"]),
        KnownAnswers(#"\_\-\/"#, ["_-/"]),
        KnownAnswers("]", ["]"]),
        KnownAnswers("}", ["}"]),
        KnownAnswers("\\\n", ["\n"], not: ["n"]),
    ]

    static let escapes: [KnownAnswers] = [
        KnownAnswers(#"\x41\x{42}\103\07"#, ["ABC\u{7}"], not: ["ABC"]),
        KnownAnswers(#"\x{1F600}"#, ["😀"], not: ["😁"]),
        KnownAnswers(#"\t\n\r\f\v\a"#, ["\t\n\u{D}\u{C}\u{B}\u{7}"]),
        KnownAnswers(#"\0"#, ["\u{0}"], not: ["0"]),
        KnownAnswers(#"\012"#, ["\n"]),
        KnownAnswers(#"\x{D800}"#, [], not: ["\u{FFFD}"]),
        KnownAnswers(#"\C"#, ["a", "é"], not: [""]),
        KnownAnswers(#"^\C\C$"#, ["é"], not: ["a"]),
    ]

    static let alternationAndGroups: [KnownAnswers] = [
        KnownAnswers("get|list|watch", ["list"], not: ["delete"]),
        KnownAnswers("a|", ["", "b"]),
        KnownAnswers("^(?:a|b|)c$", ["c", "ac", "bc"], not: ["abc"]),
        KnownAnswers("(a)(?:b)(?P<n>c)(?<m>d)", ["abcd"], not: ["abc"]),
        KnownAnswers("^(ab|a)(bc|c)$", ["abc", "abbc", "ac"], not: ["ab"]),
        KnownAnswers("(|a)*b", ["aab"], not: [""]),
        KnownAnswers("()", [""]),
        KnownAnswers("(?:)*a", ["a"]),
        KnownAnswers("(?)a", ["a"]),
    ]

    static let repetition: [KnownAnswers] = [
        KnownAnswers("^a*$", ["", "aaa"], not: ["aab"]),
        KnownAnswers("^a+?$", ["a", "aa"], not: [""]),
        KnownAnswers("^a??b$", ["b", "ab"], not: ["aab"]),
        KnownAnswers("^a{3}$", ["aaa"], not: ["aa", "aaaa"]),
        KnownAnswers("^a{2,}$", ["aa", "aaaaa"], not: ["a"]),
        KnownAnswers("^a{1,3}$", ["a", "aaa"], not: ["", "aaaa"]),
        KnownAnswers("^a{0}b$", ["b"], not: ["ab"]),
        KnownAnswers("^(?:ab){2}c$", ["ababc"], not: ["abc"]),
        KnownAnswers("^(?:a{2}){3}$", ["aaaaaa"], not: ["aaaaa", "aaaaaaa"]),
        KnownAnswers("^(?:a*)*$", ["", "aaa"], not: ["b"]),
        KnownAnswers("^(?:a?){3}$", ["", "aaa"], not: ["aaaa"]),
        KnownAnswers("a(?i)*b", ["aab", "B"]),
        KnownAnswers("^^*a", ["a"], not: ["ba"]),
        KnownAnswers("(?U)a+", ["aaa"], not: [""]),
        KnownAnswers(#"\Qab\E+"#, ["abbb"], not: ["a"]),
    ]

    static let classes: [KnownAnswers] = [
        KnownAnswers("[abc]", ["xbx"], not: ["d"]),
        KnownAnswers("[^abc]", ["abd", "\n"], not: ["abc"]),
        KnownAnswers("[a-cx-z]", ["b", "y"], not: ["m"]),
        KnownAnswers("[]a]", ["]", "a"], not: ["b"]),
        KnownAnswers("[^]a]", ["b"], not: ["]a"]),
        KnownAnswers("[a-]", ["-"], not: ["b"]),
        KnownAnswers("[-a]", ["-"]),
        KnownAnswers("[a-b-c]", ["-", "c"], not: ["d"]),
        KnownAnswers(#"[\]\\]"#, ["]", "\\"], not: ["["]),
        KnownAnswers(#"[\d\-x]"#, ["5", "-", "x"], not: ["y"]),
        KnownAnswers(#"[\D]"#, ["a"], not: ["5"]),
        KnownAnswers(#"[^\D]"#, ["5"], not: ["a"]),
        KnownAnswers("[[:alpha:]_]", ["_", "Q"], not: ["1"]),
        KnownAnswers("[[:^alpha:]]", ["1"], not: ["a"]),
        KnownAnswers("[^[:^digit:]]", ["1"], not: ["a"]),
        KnownAnswers("[[:word:]]", ["_"], not: ["-"]),
        KnownAnswers("[[:foo]", ["f", ":", "["], not: ["x"]),
        KnownAnswers("[[:space:]]", ["\u{B}"]),
        KnownAnswers(#"\s"#, ["\u{C}", " "], not: ["\u{B}"]),
        KnownAnswers(#"\w"#, ["_"], not: ["é"]),
        KnownAnswers(#"\W"#, ["é"], not: ["_"]),
        KnownAnswers("[à-ü]", ["é"], not: ["e", "Ž"]),
        KnownAnswers(#"[\x{10000}-\x{10FFFF}]"#, ["😀"], not: ["\u{FFFF}"]),
        KnownAnswers("[^a]", ["é"], not: ["a", ""]),
        KnownAnswers(#"[^\x00-\x{10FFFF}]"#, [], not: ["a", ""]),
        KnownAnswers(#"[\n]"#, ["\n"]),
        KnownAnswers("[[:xdigit:]]{4}", ["beEF"], not: ["beXF"]),
        KnownAnswers(#"^[\w.-]+@[\w-]+\.\w+$"#, ["a.b@c-d.io"], not: ["a b@c.io"]),
    ]

    static let unicodeClasses: [KnownAnswers] = [
        KnownAnswers(#"\pL"#, ["a", "é", "Ж", "中"], not: ["1"]),
        KnownAnswers(#"\PL"#, ["a1"], not: ["a"]),
        KnownAnswers(#"\p{Lu}"#, ["É"], not: ["a"]),
        KnownAnswers(#"\p{Ll}"#, ["é"], not: ["A"]),
        KnownAnswers(#"\p{N}"#, ["٣", "Ⅷ"], not: ["x"]),
        KnownAnswers(#"\p{Nd}"#, ["٣"], not: ["Ⅷ"]),
        KnownAnswers(#"\p{^Nd}"#, ["x"], not: ["3"]),
        KnownAnswers(#"\P{^Nd}"#, ["3"], not: ["x"]),
        KnownAnswers(#"\p{Greek}"#, ["λ"], not: ["l"]),
        KnownAnswers(#"\p{Cyrillic}"#, ["Ж"], not: ["Z"]),
        KnownAnswers(#"\p{Han}"#, ["中"], not: ["a"]),
        KnownAnswers(#"[\p{Lu}\d]"#, ["É", "5"], not: ["é"]),
        KnownAnswers(#"[^\pL]"#, ["-"], not: ["é"]),
        KnownAnswers(#"\p{Sc}"#, ["€"], not: ["a"]),
        KnownAnswers(#"\p{Any}"#, ["\n"], not: [""]),
        KnownAnswers(#"\p{Zs}"#, ["\u{A0}"], not: ["a"]),
    ]

    static let letterCase: [KnownAnswers] = [
        KnownAnswers("(?i)straße", ["STRAẞE"], not: ["STRASSE"]),
        KnownAnswers("(?i)k", ["K", "\u{212A}"], not: ["x"]),
        KnownAnswers("(?i)[^k]", ["x"], not: ["K", "\u{212A}"]),
        KnownAnswers("(?i)s", ["ſ", "S"]),
        KnownAnswers("(?i)É", ["é"], not: ["e"]),
        KnownAnswers("(?i)σ", ["ς", "Σ"], not: ["s"]),
        KnownAnswers("(?i)[a-z]+@", ["ABC@"], not: ["1@"]),
        KnownAnswers("a(?i)b", ["aB"], not: ["AB"]),
        KnownAnswers("a(?i:b)c", ["aBc"], not: ["aBC"]),
        KnownAnswers("(?i)a(?-i)b", ["Ab"], not: ["AB"]),
        KnownAnswers("(?i)a|b", ["B"]),
        KnownAnswers("(a(?i)b)c", ["aBc"], not: ["aBC"]),
        KnownAnswers(#"(?i)\p{Lu}"#, ["a"], not: ["1"]),
        KnownAnswers(#"(?i)\Qab\E"#, ["AB"]),
        KnownAnswers(#"(?i)\w"#, ["ſ"], not: ["é"]),
        KnownAnswers(#"(?i)\W"#, [], not: ["ſ"]),
        KnownAnswers("(?i)ı", ["ı"], not: ["I", "i"]),
        KnownAnswers("(?i)İ", ["İ"], not: ["i"]),
        KnownAnswers("(?i)ǆ", ["Ǆ", "ǅ"]),
        KnownAnswers("(?i)forbidden", ["User FORBIDDEN"], not: ["forbid"]),
    ]

    static let anchorsAndBoundaries: [KnownAnswers] = [
        KnownAnswers("^abc", ["abcd"], not: ["xabc", "\nabc"]),
        KnownAnswers("abc$", ["xabc"], not: ["abcd", "abc\n"]),
        KnownAnswers("^$", [""], not: ["a", "\n"]),
        KnownAnswers("(?m)^b$", ["a\nb\nc"], not: ["ab"]),
        KnownAnswers("(?m)^$", ["a\n", "\n\n"], not: ["a"]),
        KnownAnswers(#"(?m)\Ab"#, ["b"], not: ["a\nb"]),
        KnownAnswers(#"(?m)b\z"#, ["a\nb"], not: ["b\n"]),
        KnownAnswers(#"\bfoo\b"#, ["a foo.", "foo"], not: ["foobar", "_foo"]),
        KnownAnswers(#"\Boo"#, ["foo"], not: ["oo"]),
        KnownAnswers(#"\b"#, ["a"], not: ["", "-"]),
        KnownAnswers(#"\B"#, ["", "--"], not: ["a"]),
        KnownAnswers(#"a\b"#, ["aé"], not: ["ab"]),
        KnownAnswers("x*$", ["y"]),
        KnownAnswers("(?:^|,)b(?:,|$)", ["a,b", "b,c"], not: ["ab", "a,bb"]),
        KnownAnswers("a^b", [], not: ["ab"]),
        KnownAnswers("a$b", [], not: ["ab"]),
        KnownAnswers("(?m)a$\n^b", ["a\nb"]),
        KnownAnswers(#"(?m)^a\b.\bb$"#, ["x\na-b"], not: ["a_b"]),
        KnownAnswers("$^", [""], not: ["a"]),
        KnownAnswers("(?:$)*a", ["a"]),
    ]

    static let auditLogs: [KnownAnswers] = [
        KnownAnswers(
            "^system:serviceaccount:(kube-system|monitoring):", ["system:serviceaccount:monitoring:prom"],
            not: ["system:serviceaccount:default:x"]),
        KnownAnswers(
            #"^/api(s/[^/]+)?/v\d+((alpha|beta)\d+)?/"#, ["/api/v1/pods", "/apis/apps/v1beta2/x"],
            not: ["/healthz"]),
        KnownAnswers(#"^10\.(?:\d{1,3}\.){2}\d{1,3}$"#, ["10.0.200.7"], not: ["10.0.7", "110.0.0.7"]),
        KnownAnswers("(?i)secret|token", ["get SECRETS"], not: ["configmaps"]),
        KnownAnswers(#"^kubectl/v1\.(?:2[5-9]|3\d)\."#, ["kubectl/v1.27.3 (linux)"], not: ["kubectl/v1.19.0"]),
    ]
}
