extension RegularExpression {
    /// What lets a search skip parts of a text, or all of it.
    struct SearchHints: Sendable {
        /// Without these bytes there is no match.
        let required: LiteralSearch?
        /// Whether with them there is one.
        let requiredIsEnough: Bool
        /// Where no match is under way, the next one can only begin here.
        let prefix: LiteralSearch?
        /// The same, for each byte whether a match can begin with it, if there is no prefix and few do.
        let firstBytes: [Bool]?

        /// Whether places where no match can begin can be skipped.
        var canSkip: Bool { prefix != nil || firstBytes != nil }

        init(literals: RequiredLiterals, firstBytes: [Bool]?) {
            // An empty match is everywhere, and an anchored one at a single place; neither has first bytes.
            prefix = firstBytes == nil || literals.prefix.isEmpty ? nil : LiteralSearch(literals.prefix)
            // A prefix as long is tested anyway, and often fails at the first byte.
            let isPrefix = literals.longest.count <= literals.prefix.count && !literals.isWholePattern
            required = literals.longest.isEmpty || isPrefix ? nil : LiteralSearch(literals.longest)
            requiredIsEnough = required != nil && literals.isWholePattern
            self.firstBytes = prefix == nil ? firstBytes.flatMap { Self.areRare($0) ? $0 : nil } : nil
        }

        /// Whether skipping to the next of the bytes pays: leaving and entering the loop costs more than ten bytes in
        /// the automaton, so they should make up less than about a tenth of a text.
        private static func areRare(_ bytes: [Bool]) -> Bool {
            var perThousand = 0
            for byte in UInt8.min...UInt8.max where bytes[Int(byte)] {
                switch byte {
                case 0x61...0x7A: perThousand += 28
                case 0x20, 0x2D...0x3A, 0x22, 0x5F: perThousand += 15
                case 0x41...0x5A, 0x80...: perThousand += 2
                default: perThousand += 1
                }
            }
            return perThousand <= 120
        }
    }
}
