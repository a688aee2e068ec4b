import TestSupport

/// A pattern that is matched by trying everything, to compare the automaton with: slow, and plain enough to be right.
indirect enum ReferencePattern {
    enum Anchor: String, CaseIterable {
        case textStart = #"\A"#
        case start = "^"
        case lineStart = "(?m:^)"
        case textEnd = #"\z"#
        case end = "$"
        case lineEnd = "(?m:$)"
        case wordBoundary = #"\b"#
        case noWordBoundary = #"\B"#
    }

    case empty
    case character(Character)
    case anyButNewline
    case set(Set<Character>, isNegated: Bool)
    case anchor(Anchor)
    case sequence([ReferencePattern])
    case choice([ReferencePattern])
    case repetition(ReferencePattern, minimum: Int, maximum: Int?, isLazy: Bool)

    /// The characters of patterns and texts: of one to four bytes, of words and not.
    static let alphabet: [Character] = ["a", "b", " ", "\n", "é", "€", "😀"]

    static func random(_ random: inout SeededRandom, depth: Int) -> ReferencePattern {
        switch depth == 0 ? random.below(5) : random.below(12) {
        case 0...1: return .character(random.pick(alphabet))
        case 2: return random.oneIn(4) ? .empty : .anyButNewline
        case 3: return .set(Set((0...random.below(3)).map { _ in random.pick(alphabet) }), isNegated: random.oneIn(2))
        case 4: return .anchor(random.pick(Anchor.allCases))
        case 5...7: return .sequence((0..<1 + random.below(4)).map { _ in .random(&random, depth: depth - 1) })
        case 8...9: return .choice((0..<1 + random.below(3)).map { _ in .random(&random, depth: depth - 1) })
        default:
            let minimum = random.below(3)
            return .repetition(
                .random(&random, depth: depth - 1), minimum: minimum,
                maximum: random.oneIn(2) ? nil : minimum + random.below(3), isLazy: random.oneIn(2))
        }
    }

    var text: String {
        switch self {
        case .empty: return "(?:)"
        case .character(let character): return String(character)
        case .anyButNewline: return "."
        case .set(let members, let isNegated):
            return "[\(isNegated ? "^" : "")\(String(members.sorted()))]"
        case .anchor(let anchor): return anchor.rawValue
        case .sequence(let items): return items.map(\.text).joined()
        case .choice(let items): return "(?:\(items.map(\.text).joined(separator: "|")))"
        case .repetition(let item, let minimum, let maximum, let isLazy):
            let counts =
                switch (minimum, maximum) {
                case (0, nil): "*"
                case (1, nil): "+"
                case (0, 1): "?"
                case (_, nil): "{\(minimum),}"
                case (_, let maximum?): minimum == maximum ? "{\(minimum)}" : "{\(minimum),\(maximum)}"
                }
            return "(?:\(item.text))\(counts)\(isLazy ? "?" : "")"
        }
    }

    func matches(_ text: [Character]) -> Bool {
        // An empty match may be between two bytes of a character: RE2 finds `\B` there, too.
        let bytes = text.flatMap { [$0] + Array(repeating: nil, count: $0.utf8.count - 1) }
        return (0...bytes.count).contains { !ends(bytes, from: [$0]).isEmpty }
    }

    /// Where matches may end that begin at one of the places, in a text of characters and of nil for further bytes.
    private func ends(_ text: [Character?], from starts: Set<Int>) -> Set<Int> {
        switch self {
        case .empty: return starts
        case .character(let character): return step(text, starts) { $0 == character }
        case .anyButNewline: return step(text, starts) { $0 != "\n" }
        case .set(let members, let isNegated): return step(text, starts) { members.contains($0) != isNegated }
        case .anchor(let anchor): return starts.filter { Self.holds(anchor, text, $0) }
        case .sequence(let items): return items.reduce(starts) { $1.ends(text, from: $0) }
        case .choice(let items): return items.reduce(into: []) { $0.formUnion($1.ends(text, from: starts)) }
        case .repetition(let item, let minimum, let maximum, _):
            var current = (0..<minimum).reduce(starts) { places, _ in item.ends(text, from: places) }
            var all = current
            var rounds = minimum
            while !current.isEmpty, rounds < maximum ?? .max {
                current = item.ends(text, from: current).subtracting(all)
                all.formUnion(current)
                rounds += 1
            }
            return all
        }
    }

    private func step(_ text: [Character?], _ starts: Set<Int>, _ isMember: (Character) -> Bool) -> Set<Int> {
        Set(
            starts.compactMap { start in
                guard start < text.count, let character = text[start], isMember(character) else { return nil }
                return start + character.utf8.count
            })
    }

    private static func holds(_ anchor: Anchor, _ text: [Character?], _ place: Int) -> Bool {
        func isWord(_ index: Int) -> Bool { text.indices.contains(index) && ["a", "b"].contains(text[index]) }
        return switch anchor {
        case .textStart, .start: place == 0
        case .lineStart: place == 0 || text[place - 1] == "\n"
        case .textEnd, .end: place == text.count
        case .lineEnd: place == text.count || text[place] == "\n"
        case .wordBoundary: isWord(place - 1) != isWord(place)
        case .noWordBoundary: isWord(place - 1) == isWord(place)
        }
    }
}
