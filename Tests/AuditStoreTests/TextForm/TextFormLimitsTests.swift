import Testing

@testable import AuditStore

@Suite("Limits of the text form")
struct TextFormLimitsTests {
    @Test("The length of the source")
    func sourceLength() throws {
        let limit = TextFormLimits.sourceBytes
        let longest = "verb" + String(repeating: " ", count: limit - 4)
        #expect(try Expression(parsing: longest) == Tree.field("verb"))
        for tail in [" ", "é", String(repeating: "x", count: 1_000_000)] {
            let error = expressionError(longest + tail)
            #expect(error?.message == "the text is longer than 65536 bytes")
            #expect(error?.source == longest)
            #expect(error?.range == limit..<limit)
            #expect((error?.description.utf8.count ?? .max) < 1_000)
        }
        #expect(throws: ExpressionError.self) { try FieldPath(parsing: longest + " ") }
    }

    /// Texts of a given nesting, by what they nest.
    static let nested: [(name: String, text: @Sendable (Int) -> String)] = [
        ("parentheses", { repeated("(", $0 - 1) + "a" + repeated(")", $0 - 1) }),
        ("lists", { repeated("[", $0 - 1) + "a" + repeated("]", $0 - 1) }),
        ("negations", { repeated("!", $0 - 1) + "a" }),
        ("negations in parentheses", { repeated("!(", $0 - 1) + "a" + repeated(")", $0 - 1) }),
        ("arguments", { repeated("ip(", $0 - 1) + "a" + repeated(")", $0 - 1) }),
        ("chains of relations", { "a" + repeated(" == a", $0 - 1) }),
        ("chains of methods", { "a" + repeated(".size()", $0 - 1) }),
        ("left chains in parentheses", { repeated("(", $0 - 1) + "a" + repeated(" == a)", $0 - 1) }),
        ("right chains in parentheses", { repeated("a == (", $0 - 1) + "a" + repeated(")", $0 - 1) }),
        ("conjunctions", { repeated("a && (", $0 - 1) + "a" + repeated(")", $0 - 1) }),
        ("quantifiers", { repeated("a.exists(x, ", $0 - 1) + "x" + repeated(")", $0 - 1) }),
    ]

    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    @Test("Nesting of any sort", arguments: nested.indices)
    func nesting(index: Int) async throws {
        let (name, text) = Self.nested[index]
        try await onThread(stack: 1024) {
            Result {
                let deepest = try Expression(parsing: text(TextFormLimits.nesting))
                return (deepest.depth, try Expression(parsing: deepest.description) == deepest)
            }
        }.map { depth, isEqual in
            #expect(depth <= TextFormLimits.nesting && isEqual, "\(name)")
        }.get()
        for depth in [TextFormLimits.nesting + 1, 5_000] {
            let message = await onThread(stack: 1024) { expressionError(text(depth))?.message }
            #expect(message == "the expression nests deeper than 100 levels", "\(name), \(depth)")
        }
    }

    @Test("Unclosed nesting is refused at the limit")
    func unclosed() async {
        for text in ["(", "[", "!", "-", "ip(", "a.exists(x,", "a[", "a.size(", "!(", "[(", "a == ("] {
            let source = String(repeating: text, count: TextFormLimits.sourceBytes / text.utf8.count)
            #expect(await onThread(stack: 1024) { expressionError(source) } != nil, "\(text)")
        }
    }

    @Test("Chains of && and || are one level")
    func chains() throws {
        for (operation, count) in [("&&", 9_000), ("||", 9_000)] {
            let source = String(repeating: "a \(operation) ", count: count) + "a"
            let expression = try Expression(parsing: source)
            #expect(expression.depth == 2)
            #expect(expression.kind.children.count == count + 1)
            #expect(expression.description == source)
        }
    }

    @Test("The number of nodes, where components of paths count")
    func nodes() throws {
        let limit = TextFormLimits.nodes
        func list(_ count: Int) -> String { "[" + String(repeating: "1,", count: count) + "]" }
        func path(_ count: Int) -> String { "a" + String(repeating: ".b", count: count - 1) }

        #expect(try Expression(parsing: list(limit - 1)).kind.children.count == limit - 1)
        #expect(expressionError(list(limit))?.message == "the expression has more than 10000 terms")
        #expect(try Expression(parsing: path(limit)) != Tree.field("a"))
        #expect(expressionError(path(limit + 1))?.message == "the expression has more than 10000 terms")
        #expect(throws: ExpressionError.self) { try FieldPath(parsing: path(limit + 2)) }
    }
}
