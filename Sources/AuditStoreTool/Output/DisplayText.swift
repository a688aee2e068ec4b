/// Text as a terminal can safely show it, cut to the room there is.
enum DisplayText {
    static let ellipsis = "…"

    /// Appends `text` with what is invisible made visible, shortened with `…` to at most `limit` columns; gives the
    /// columns used.
    @discardableResult
    static func append(_ text: String, limit: Int? = nil, to bytes: inout [UInt8]) -> Int {
        let limit = limit ?? .max
        if text.utf8.count <= limit, DisplayWidth.isPrintableASCII(text) {
            bytes.append(contentsOf: text.utf8)
            return text.utf8.count
        }
        guard limit > 0 else { return 0 }
        var scanner = DisplayScanner(text)
        var width = 0
        // Where to cut if the text turns out too long: the last place that leaves a column for the ellipsis.
        var cut = (bytes: bytes.count, width: 0)
        while let step = scanner.next() {
            // Checked before appending, so that what adds no width goes with what it belongs to.
            if step.width > 0, width < limit { cut = (bytes.count, width) }
            width += step.width
            if width > limit {
                bytes.removeLast(bytes.count - cut.bytes)
                bytes.append(contentsOf: ellipsis.utf8)
                return cut.width + 1
            }
            if step.isEscaped {
                appendEscape(step.scalar, to: &bytes)
            } else {
                bytes.append(contentsOf: UTF8.encode(step.scalar)!)
            }
        }
        return width
    }

    static func shortened(_ text: String, limit: Int? = nil) -> String {
        var bytes: [UInt8] = []
        append(text, limit: limit, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func escapeWidth(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x08, 0x09, 0x0A, 0x0C, 0x0D: 2
        case ...0xFFFF: 6
        default: 9
        }
    }

    /// As JSON writes it; above U+FFFF, `\U000e0001` rather than a pair of surrogates that nobody can read.
    private static func appendEscape(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        guard scalar.value > 0xFFFF else {
            JSONText.append(escapeOf: scalar.value, to: &bytes)
            return
        }
        let digits = String(scalar.value, radix: 16)
        bytes.append(contentsOf: "\\U\(String(repeating: "0", count: 7 - digits.count))\(digits)".utf8)
    }
}
