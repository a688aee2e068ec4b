/// How many columns of a terminal a text takes.
enum DisplayWidth {
    /// The width of `text` as `DisplayText` shows it, thus with its control characters made visible.
    static func of(_ text: String) -> Int {
        measured(text, limit: .max)
    }

    /// The width, or some value above `limit` as soon as it is known to be above; a text of a megabyte is not read to
    /// its end.
    static func measured(_ text: String, limit: Int) -> Int {
        let bytes = text.utf8
        if bytes.count <= 4096 || limit == .max, isPrintableASCII(text) { return bytes.count }
        var scanner = DisplayScanner(text)
        var width = 0
        while width <= limit, let step = scanner.next() {
            width += step.width
        }
        return width
    }

    /// One column a byte: nearly every text in an audit log.
    static func isPrintableASCII(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// Scalars two columns wide. Emoji come from the Unicode tables of the standard library, which lacks East Asian
    /// Width; these are its wide and full-width ranges (Unicode 16), joined where nothing but unassigned code points
    /// lies between.
    static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        let code = scalar.value
        if code < 0x1100 { return false }
        if scalar.properties.isEmojiPresentation { return true }
        var low = 0
        var high = wideRanges.count
        while low < high {
            let middle = (low + high) / 2
            if wideRanges[middle].upperBound < code { low = middle + 1 } else { high = middle }
        }
        return low < wideRanges.count && wideRanges[low].contains(code)
    }

    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3041...0x3247,
        0x3250...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FB, 0x1D300...0x1D376, 0x1F200...0x1F265,
        0x1F300...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F3FB...0x1F3FF, 0x1F900...0x1F9FF,
        0x1FA70...0x1FAFF, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}
