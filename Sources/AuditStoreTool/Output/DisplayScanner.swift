/// Walks a text scalar by scalar and says for each how it is shown and how many columns it adds.
///
/// By scalars rather than by `Character`, because a hostile text can be one Character of a megabyte (a letter under
/// half a million accents). What has no place of its own on the screen is shown as an escape unless it plainly belongs
/// where it is: an accent on a letter, a joiner within an emoji. So no two user names look alike only because one hides
/// a zero-width space.
struct DisplayScanner {
    struct Step {
        var scalar: Unicode.Scalar
        /// Columns added by this scalar.
        var width: Int
        /// Shown as `\u200b` instead of itself.
        var isEscaped = false
    }

    /// Accents on one letter beyond these are shown as escapes. Scripts in use need at most four or five.
    static let maximumMarks = 6
    /// Joiners within one emoji beyond these are shown as escapes. A family of four has three.
    static let maximumJoiners = 4

    private var scalars: Substring.UnicodeScalarView
    /// The scalar that marks would attach to; nil at the start and after an escape.
    private var base: Unicode.Scalar?
    private var baseWidth = 0
    private var marks = 0
    private var joiners = 0
    private var awaitsSecondFlagLetter = false
    private var joinsNext = false

    init(_ text: String) {
        scalars = Substring(text).unicodeScalars
    }

    mutating func next() -> Step? {
        guard let scalar = scalars.popFirst() else { return nil }
        let code = scalar.value
        let joins = joinsNext
        joinsNext = false
        let completesFlag = awaitsSecondFlagLetter
        awaitsSecondFlagLetter = false

        if code < 0x7F && code >= 0x20 { return begin(scalar, width: 1) }
        if HostileText.isControl(code) { return escape(scalar) }
        if (0x1F1E6...0x1F1FF).contains(code) {
            if completesFlag { return Step(scalar: scalar, width: 0) }
            awaitsSecondFlagLetter = true
            return begin(scalar, width: 2)
        }
        if code == 0xFE0F { return emojiSelector(scalar) }
        if code == 0x200D { return joiner(scalar) }
        if joins {
            base = scalar
            baseWidth = 2
            marks = 0
            return Step(scalar: scalar, width: 0)
        }
        if let base, scalar.properties.isEmojiModifier, base.properties.isEmojiModifierBase, marks == 0 {
            return mark(scalar)
        }
        if scalar.properties.isDefaultIgnorableCodePoint { return escape(scalar) }

        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return mark(scalar)
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: return escape(scalar)
        default: break
        }
        // The vowels and finals of a Hangul syllable written in parts.
        if (0x1160...0x11FF).contains(code) || (0xD7B0...0xD7FF).contains(code) { return mark(scalar) }
        return begin(scalar, width: DisplayWidth.isWide(scalar) ? 2 : 1)
    }

    private mutating func begin(_ scalar: Unicode.Scalar, width: Int) -> Step {
        base = scalar
        baseWidth = width
        marks = 0
        joiners = 0
        return Step(scalar: scalar, width: width)
    }

    private mutating func mark(_ scalar: Unicode.Scalar) -> Step {
        guard base != nil, marks < Self.maximumMarks else { return escape(scalar) }
        marks += 1
        return Step(scalar: scalar, width: 0)
    }

    /// Turns a sign into an emoji, which is two columns wide.
    private mutating func emojiSelector(_ scalar: Unicode.Scalar) -> Step {
        guard let base, base.properties.isEmoji, marks < Self.maximumMarks else { return escape(scalar) }
        marks += 1
        let added = base.value > 0xFF ? 2 - baseWidth : 0
        baseWidth += added
        return Step(scalar: scalar, width: added)
    }

    /// Allowed between two emoji only, where it makes one picture of both.
    private mutating func joiner(_ scalar: Unicode.Scalar) -> Step {
        guard let base, Self.isPicture(base), let following = scalars.first, Self.isPicture(following),
            joiners < Self.maximumJoiners
        else { return escape(scalar) }
        joiners += 1
        joinsNext = true
        return Step(scalar: scalar, width: 0)
    }

    private static func isPicture(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0xFF && scalar.properties.isEmoji
    }

    private mutating func escape(_ scalar: Unicode.Scalar) -> Step {
        base = nil
        return Step(scalar: scalar, width: DisplayText.escapeWidth(scalar), isEscaped: true)
    }
}
