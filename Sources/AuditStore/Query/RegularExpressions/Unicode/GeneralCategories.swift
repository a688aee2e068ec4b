extension RegularExpression {
    /// The classes `\p{L}`, `\p{Lu}` and so on, from the general categories that the standard library knows: so they
    /// follow its Unicode version, as CEL's other functions do.
    struct GeneralCategories: Sendable {
        /// Made once, at the first use.
        private static let shared = GeneralCategories()

        private let sets: [String: CodePointSet]

        private init() {
            var ranges: [String: [ClosedRange<UInt32>]] = [:]
            // Planes 4 to 13 are unassigned, 15 and 16 for private use.
            for plane in [UInt32(0), 1, 2, 3, 14] { Self.scan(plane << 16...plane << 16 | 0xFFFF, into: &ranges) }
            ranges["Co", default: []] += [0xF0000...0xFFFFD, 0x100000...0x10FFFD]
            ranges["Cs"] = [0xD800...0xDFFF]
            var groups: [String: [ClosedRange<UInt32>]] = [:]
            for (name, members) in ranges { groups[String(name.prefix(1)), default: []] += members }
            sets = ranges.merging(groups) { category, _ in category }.mapValues { CodePointSet($0) }
        }

        private static func scan(
            _ plane: ClosedRange<UInt32>, into ranges: inout [String: [ClosedRange<UInt32>]]
        ) {
            var start = plane.lowerBound
            var current: Unicode.GeneralCategory?
            for value in plane {
                let category = Unicode.Scalar(value)?.properties.generalCategory
                guard category != current else { continue }
                if let name = current.flatMap(name) { ranges[name, default: []].append(start...value - 1) }
                current = category
                start = value
            }
            if let name = current.flatMap(name) { ranges[name, default: []].append(start...plane.upperBound) }
        }

        /// Nil for unassigned code points, of which RE2 has no class, and for surrogates, which are no scalars.
        private static func name(_ category: Unicode.GeneralCategory) -> String? {
            switch category {
            case .uppercaseLetter: "Lu"
            case .lowercaseLetter: "Ll"
            case .titlecaseLetter: "Lt"
            case .modifierLetter: "Lm"
            case .otherLetter: "Lo"
            case .nonspacingMark: "Mn"
            case .spacingMark: "Mc"
            case .enclosingMark: "Me"
            case .decimalNumber: "Nd"
            case .letterNumber: "Nl"
            case .otherNumber: "No"
            case .connectorPunctuation: "Pc"
            case .dashPunctuation: "Pd"
            case .openPunctuation: "Ps"
            case .closePunctuation: "Pe"
            case .initialPunctuation: "Pi"
            case .finalPunctuation: "Pf"
            case .otherPunctuation: "Po"
            case .mathSymbol: "Sm"
            case .currencySymbol: "Sc"
            case .modifierSymbol: "Sk"
            case .otherSymbol: "So"
            case .spaceSeparator: "Zs"
            case .lineSeparator: "Zl"
            case .paragraphSeparator: "Zp"
            case .control: "Cc"
            case .format: "Cf"
            case .privateUse: "Co"
            case .surrogate, .unassigned: nil
            @unknown default: nil
            }
        }

        /// The class of a name such as `Lu` or `L`.
        static func set(_ name: String) -> CodePointSet? {
            // Spares the scan for the names of scripts.
            name.utf8.count <= 2 ? shared.sets[name] : nil
        }
    }
}
