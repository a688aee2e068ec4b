import Testing

@testable import AuditStore

extension RegularExpression {
    func matches(_ text: String) -> Bool { matches(Array(text.utf8)) }

    func matches(_ text: [UInt8]) -> Bool { text.withUnsafeBytes { matches($0) } }
}

extension RegularExpression.Matcher {
    func matches(_ text: [UInt8]) -> Bool { text.withUnsafeBytes { matches($0) } }
}

@Suite("Regular expressions") struct RegularExpressionTests {
    @Test(
        "What RE2 answers",
        arguments: [
            KnownAnswers.literalsAndSearch, KnownAnswers.escapes, KnownAnswers.alternationAndGroups,
            KnownAnswers.repetition, KnownAnswers.classes, KnownAnswers.unicodeClasses, KnownAnswers.letterCase,
            KnownAnswers.anchorsAndBoundaries, KnownAnswers.auditLogs,
        ].joined())
    func knownAnswers(_ known: KnownAnswers) throws {
        let expression = try RegularExpression(known.pattern)
        let matcher = expression.makeMatcher()
        // The second time the automaton is there already.
        for _ in 0..<2 {
            for text in known.matching {
                #expect(expression.matches(text), "\(text.debugDescription)")
                #expect(matcher.matches(Array(text.utf8)), "\(text.debugDescription)")
            }
            for text in known.others {
                #expect(!expression.matches(text), "\(text.debugDescription)")
                #expect(!matcher.matches(Array(text.utf8)), "\(text.debugDescription)")
            }
        }
    }

    @Test(
        "A match is found wherever it is in a long text",
        arguments: ["needle", "(?i)NEEDLE", "n[e]{2}dle", #"\bneedle\b"#])
    func places(pattern: String) throws {
        let matcher = try RegularExpression(pattern).makeMatcher()
        for length in 0..<70 {
            for place in 0...length {
                var text = Array(String(repeating: "ne ", count: 30).utf8.prefix(length))
                text.insert(contentsOf: Array(" needle ".utf8), at: place)
                #expect(matcher.matches(text), "at \(place) of \(length)")
                text.removeAll { $0 == UInt8(ascii: "l") }
                #expect(!matcher.matches(text), "at \(place) of \(length)")
            }
        }
    }

    @Test("An empty buffer without an address is an empty text")
    func noAddress() throws {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        for pattern in ["", "^$", "a*", #"\B"#] { #expect(try RegularExpression(pattern).matches(nothing)) }
        for pattern in ["a", "^a$", #"\b"#, "[ab]c", "(?i)k"] {
            #expect(try !RegularExpression(pattern).matches(nothing))
        }
    }

    @Test("Classes match well-formed UTF-8 only, while the search goes on behind what is not")
    func illFormedTexts() throws {
        let wellFormed: [[UInt8]] = [
            [0x00], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
            [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        ]
        let illFormed: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x9F, 0xBF], [0xE0, 0xA0], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ]
        for pattern in [".", "[^a]", #"\W|\w"#, #"\p{Any}"#, #"[\x00-\x{10FFFF}]"#, "(?i)[^a]"] {
            let any = try RegularExpression("(?s)^(?:\(pattern))$")
            for text in wellFormed { #expect(any.matches(text), "\(pattern) \(text)") }
            for text in illFormed { #expect(!any.matches(text), "\(pattern) \(text)") }
        }
        let letter = try RegularExpression("a.b")
        for text in illFormed {
            #expect(letter.matches(text + Array("aéb".utf8) + text))
            #expect(!letter.matches(Array("a".utf8) + text + Array("b".utf8)))
            #expect(try RegularExpression(#"a\C+b"#).matches(Array("a".utf8) + text + Array("b".utf8)))
        }
    }

    @Test("Every code point is in exactly the classes of its category, and folds to itself")
    func classesOfScalars() throws {
        let letters = try RegularExpression(#"^\p{L}$"#).makeMatcher()
        let others = try RegularExpression(#"^\P{L}$"#).makeMatcher()
        let folded = try RegularExpression(#"^(?i)\p{Lu}$"#).makeMatcher()
        for value in stride(from: UInt32(0), to: 0x110000, by: 7) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = Array(String(scalar).utf8)
            let isLetter =
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
                default: false
                }
            #expect(letters.matches(text) == isLetter, "U+\(String(value, radix: 16))")
            #expect(others.matches(text) != isLetter, "U+\(String(value, radix: 16))")
            if scalar.properties.generalCategory == .uppercaseLetter { #expect(folded.matches(text)) }
        }
    }

    @Test("Threads share an expression")
    func threads() async throws {
        let expression = try RegularExpression("(?i)(get|list|watch)[a-z ]*(pods|secrets)$")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<16 {
                group.addTask {
                    (0..<200).allSatisfy { round in
                        let isMatch = (number + round).isMultiple(of: 3)
                        return expression.matches("\(round) LIST of \(isMatch ? "Secrets" : "nodes")") == isMatch
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
