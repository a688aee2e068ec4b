import Testing

@testable import AuditStore

/// Random texts. To run a failure again, put the seed that was printed into the arguments.
@Suite("Random texts")
struct TextFormFuzzTests {
    static let seeds: [UInt64] = [1, .random(in: .min ... .max)]

    static let tokens = [
        "(", ")", "[", "]", ",", ".", "*", "-", "!", "&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "true",
        "false",
        "null", "+", "/", "//", "\n", "?", ":", "{", "}", "=", "&", "|", "a", "b", "user", "username", "verb", "x", "n",
        "1",
        "0", "403", "1u", "0x1F", "1.5", ".5", "1e3", "9223372036854775808", "'a'", "\"b\"", "r'\\d'", "'", "\"", "\\",
        "'\\n'",
        "'\\u00e9'", "'\\ud800'", "'''", "b'x'", "has", "size", "startsWith", "endsWith", "contains", "matches",
        "exists", "all",
        "cidr", "containsIP", "ip", "timestamp", "duration", "é", "日", "\0", "\u{301}", "[*]", "[0]", "['k']",
        ".exists(x,",
        ".all(n,", "cidr(", ").containsIP(", "has(", ".size()", ".startsWith('s')", " ", " ", " ",
    ]

    /// Parses a text that may be anything, and returns what does not hold of that which holds for any.
    private static func fault(in source: String, describing: Bool = true) -> String? {
        do throws(ExpressionError) {
            let expression = try Expression(parsing: source)
            let text = expression.description
            do throws(ExpressionError) {
                let again = try Expression(parsing: text)
                return again == expression && again.description == text ? nil : "\(source.debugDescription): \(text)"
            } catch {
                return "\(source.debugDescription) prints as \(text)\n\(error)"
            }
        } catch {
            if error.range.lowerBound < 0 || error.range.upperBound > source.utf8.count || error.message.isEmpty {
                return "\(source.debugDescription): \(error.range)"
            }
            if describing, error.description.split(separator: "\n", omittingEmptySubsequences: false).count < 3 {
                return "\(source.debugDescription): \(error)"
            }
            return nil
        }
    }

    private func check(_ source: String, describing: Bool, _ seed: UInt64) {
        if let fault = Self.fault(in: source, describing: describing) { Issue.record("seed \(seed): \(fault)") }
    }

    @Test("Random bytes", arguments: seeds)
    func bytes(seed: UInt64) {
        print("TextFormFuzzTests.bytes: seed \(seed)")
        var random = TextFormRandom(seed: seed)
        for round in 0..<25_000 {
            let isASCII = round % 2 == 0
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                isASCII
                    ? UInt8.random(in: 0x20...0x7E, using: &random) : UInt8.random(in: .min ... .max, using: &random)
            }
            check(String(decoding: bytes, as: UTF8.self), describing: round % 20 == 0, seed)
        }
    }

    @Test("Token soup", arguments: seeds)
    func soup(seed: UInt64) {
        print("TextFormFuzzTests.soup: seed \(seed)")
        var random = TextFormRandom(seed: seed)
        for round in 0..<25_000 {
            var source = ""
            for _ in 0..<Int.random(in: 0...14, using: &random) {
                source += Self.tokens[Int.random(in: 0..<Self.tokens.count, using: &random)]
                if Bool.random(using: &random) { source += " " }
            }
            check(source, describing: round % 20 == 0, seed)
        }
    }

    @Test("Long soup of few tokens", arguments: seeds)
    func longSoup(seed: UInt64) async {
        print("TextFormFuzzTests.longSoup: seed \(seed)")
        var random = TextFormRandom(seed: seed)
        for _ in 0..<20 {
            let few = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                Self.tokens.randomElement(using: &random) ?? ""
            }
            var source = ""
            for _ in 0..<20_000 { source += few.randomElement(using: &random) ?? "" }
            let fault = await onThread(stack: 1024) { [source] in Self.fault(in: source) }
            #expect(fault == nil, "seed \(seed)")
        }
    }

    @Test("Random trees print and parse again; damaged texts of them trap nothing", arguments: seeds)
    func trees(seed: UInt64) throws {
        print("TextFormFuzzTests.trees: seed \(seed)")
        var random = TextFormRandom(seed: seed)
        for round in 0..<2_000 {
            var generator = RandomTree(random: random)
            let tree = generator.term(depth: Int.random(in: 0...5, using: &random))
            random = generator.random
            let text = tree.description
            let parsed = try Expression(parsing: text)
            #expect(parsed == tree && parsed.hashValue == tree.hashValue, "seed \(seed): \(text)")

            for _ in 0..<3 {
                var bytes = Array(text.utf8)
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 2: bytes.removeLast(bytes.count - place)
                default:
                    let token = Self.tokens.randomElement(using: &random) ?? ""
                    bytes.insert(contentsOf: token.utf8, at: place)
                }
                check(String(decoding: bytes, as: UTF8.self), describing: round % 10 == 0, seed)
            }
        }
    }
}

/// Makes random trees as the parser would make them.
private struct RandomTree {
    var random: TextFormRandom
    var variables: [String] = []

    mutating func term(depth: Int) -> Expression {
        guard depth > 0 else { return leaf() }
        switch int(13) {
        case 0: return Tree.node(.list(terms(0...3, depth)))
        case 1, 2:
            let comparison = Expression.Comparison.allCases[int(6)]
            return Tree.node(.comparison(comparison, term(depth: depth - 1), term(depth: depth - 1)))
        case 3: return Tree.node(.membership(term(depth: depth - 1), in: term(depth: depth - 1)))
        case 4: return Tree.node(.and(terms(2...4, depth)))
        case 5: return Tree.node(.or(terms(2...4, depth)))
        case 6: return Tree.not(term(depth: depth - 1))
        case 7: return Tree.node(.has(field() ?? Tree.field("verb")))
        case 8:
            let test = Expression.StringTest.allCases[int(4)]
            return Tree.node(.test(test, term(depth: depth - 1), term(depth: depth - 1)))
        case 9: return Tree.node(.size(term(depth: depth - 1)))
        case 10:
            let list = int(2) == 0 ? reference() : Tree.node(.list(terms(0...3, depth)))
            let variable = ["x", "n", "size", "user"][int(4)]
            variables.append(variable)
            let predicate = term(depth: depth - 1)
            variables.removeLast()
            return Tree.node(
                .quantifier(Expression.Quantifier.allCases[int(2)], over: list, variable: variable, predicate))
        case 11: return Tree.node(.containsIP(network: term(depth: depth - 1), address: term(depth: depth - 1)))
        default: return Tree.node(.conversion(Expression.Conversion.allCases[int(3)], term(depth: depth - 1)))
        }
    }

    private mutating func int(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func terms(_ count: ClosedRange<Int>, _ depth: Int) -> [Expression] {
        (0..<Int.random(in: count, using: &random)).map { _ in term(depth: depth - 1) }
    }

    private mutating func leaf() -> Expression {
        switch int(9) {
        case 0: Tree.string(string())
        case 1: Tree.int(Int64(bitPattern: random.next()) >> Int64(int(64)))
        case 2: Tree.node(.literal(.uint(random.next() >> UInt64(int(64)))))
        case 3: Tree.node(.literal(.double(double())))
        case 4: Tree.bool(int(2) == 0)
        case 5: Tree.node(.literal(.null))
        default: reference()
        }
    }

    private mutating func double() -> Double {
        let value = Double(bitPattern: random.next())
        return value.isFinite ? value : -0.0
    }

    private mutating func string() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "b", "-", "/", ".", "\"", "\\", "'", "\n", "\0", "\u{7F}", "é", "\u{301}", "日", "😀",
        ]
        var string = ""
        for _ in 0..<int(6) { string.unicodeScalars.append(scalars[int(scalars.count)]) }
        return string
    }

    private mutating func path(_ count: ClosedRange<Int>) -> FieldPath {
        var components: [FieldPath.Component] = []
        for index in 0..<Int.random(in: count, using: &random) {
            let names = ["a", "spec", "size", "has", "_raw", "namespace", "true", "in", "a-b", ""]
            switch index == 0 && count.lowerBound > 0 ? 0 : int(5) {
            case 0: components.append(.key(names[int(6)]))
            case 1: components.append(.key(names[int(10)]))
            case 2: components.append(.key(string()))
            case 3: components.append(.index(int(20)))
            default: components.append(.everyElement)
            }
        }
        return FieldPath(components)
    }

    /// A field, unless a variable hides its first name.
    private mutating func field() -> Expression? {
        let path = path(1...4)
        if case .key(let name)? = path.components.first, variables.contains(name) { return nil }
        return Tree.node(.field(path))
    }

    /// A variable or a field.
    private mutating func reference() -> Expression {
        if let variable = variables.randomElement(using: &random), int(2) == 0 {
            return Tree.node(.variable(variable, path(0...3)))
        }
        return field() ?? Tree.field("verb")
    }
}
