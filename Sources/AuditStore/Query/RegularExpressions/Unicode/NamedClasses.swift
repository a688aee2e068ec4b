extension RegularExpression {
    /// The classes with names of their own: `\d`, `[:alpha:]`, `\p{Greek}`.
    enum NamedClasses {
        private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
        private static let upper: [ClosedRange<UInt32>] = [0x41...0x5A]
        private static let lower: [ClosedRange<UInt32>] = [0x61...0x7A]
        private static let word = digits + upper + lower + [0x5F...0x5F]

        /// The class of `\d`, `\s` or `\w`, given the letter. ASCII only, and without the vertical tab, as in RE2.
        static func perl(_ letter: UInt32) -> CodePointSet? {
            switch Unicode.Scalar(letter) {
            case "d": CodePointSet(digits)
            case "s": CodePointSet([0x9...0xA, 0xC...0xD, 0x20...0x20])
            case "w": CodePointSet(word)
            default: nil
            }
        }

        /// The class of the name in `[:name:]`.
        static func posix(_ name: String) -> CodePointSet? {
            let ranges: [ClosedRange<UInt32>]
            switch name {
            case "alnum": ranges = digits + upper + lower
            case "alpha": ranges = upper + lower
            case "ascii": ranges = [0...0x7F]
            case "blank": ranges = [0x9...0x9, 0x20...0x20]
            case "cntrl": ranges = [0...0x1F, 0x7F...0x7F]
            case "digit": ranges = digits
            case "graph": ranges = [0x21...0x7E]
            case "lower": ranges = lower
            case "print": ranges = [0x20...0x7E]
            case "punct": ranges = [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
            case "space": ranges = [0x9...0xD, 0x20...0x20]
            case "upper": ranges = upper
            case "word": ranges = word
            case "xdigit": ranges = digits + [0x41...0x46, 0x61...0x66]
            default: return nil
            }
            return CodePointSet(ranges)
        }

        /// The class of the name in `\p{name}`.
        static func unicode(_ name: String) -> CodePointSet? {
            if name == "Any" { return .all }
            return GeneralCategories.set(name) ?? UnicodeScripts.set(name)
        }
    }
}
