extension RegularExpression {
    /// What a place of a text is next to, as far as assertions ask.
    struct Context: OptionSet, Sendable {
        let rawValue: UInt8

        static let textStart = Context(rawValue: 1)
        static let lineStart = Context(rawValue: 2)
        static let afterWord = Context(rawValue: 4)
        static let textEnd = Context(rawValue: 8)
        static let lineEnd = Context(rawValue: 16)
        static let beforeWord = Context(rawValue: 32)

        /// Whether an assertion holds here; both sides have to be known.
        func satisfies(_ assertion: Assertion) -> Bool {
            switch assertion {
            case .textStart: contains(.textStart)
            case .textEnd: contains(.textEnd)
            case .lineStart: contains(.lineStart)
            case .lineEnd: contains(.lineEnd)
            case .wordBoundary: contains(.afterWord) != contains(.beforeWord)
            case .noWordBoundary: contains(.afterWord) == contains(.beforeWord)
            }
        }

        /// Word boundaries are those of ASCII, as in RE2.
        static let wordBytes: [ClosedRange<UInt8>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]

        private static func isWord(_ byte: UInt8) -> Bool { wordBytes.contains { $0.contains(byte) } }

        static func after(_ byte: UInt8) -> Context {
            byte == 0x0A ? .lineStart : isWord(byte) ? .afterWord : []
        }

        static func before(_ byte: UInt8) -> Context {
            byte == 0x0A ? .lineEnd : isWord(byte) ? .beforeWord : []
        }
    }
}

extension RegularExpression.Assertion {
    /// Whether what comes before a place decides, so that it need not wait for the next byte.
    var looksBehindOnly: Bool { self == .textStart || self == .lineStart }
}
