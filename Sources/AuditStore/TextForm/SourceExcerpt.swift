/// The line of a source text that a range begins in, fit for a terminal, and the marker below it.
struct SourceExcerpt {
    /// The number of the line, from 1.
    let line: Int
    /// The number of the first scalar of the range within the line, from 1.
    let column: Int
    /// The line, cut on both sides to ``TextFormLimits/excerptColumns``.
    let text: String
    /// Spaces, a caret below the first column of the range, and tildes below the rest of it.
    let marker: String

    /// Creates the excerpt of any text and range; a range outside of the text is taken to be at its end.
    init(_ source: String, _ range: Range<Int>) {
        let bytes = Array(source.utf8)
        var lower = min(max(range.lowerBound, 0), bytes.count)
        while lower > 0, lower < bytes.count, bytes[lower].continuesScalar { lower -= 1 }
        let newline = UInt8(ascii: "\n")
        let lineStart = bytes[..<lower].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = bytes[lower...].firstIndex(of: newline) ?? bytes.count
        var upper = min(max(range.upperBound, lower), lineEnd)
        while upper < lineEnd, bytes[upper].continuesScalar { upper += 1 }

        let before = Self.cells(bytes[lineStart..<lower])
        let marked = Self.cells(bytes[lower..<upper])
        let after = Self.cells(bytes[upper..<lineEnd])
        line = 1 + bytes[..<lower].count { $0 == newline }
        column = before.count + 1

        // A long line is cut so that what is marked stays in view, with up to half of the width before it.
        let width = TextFormLimits.excerptColumns
        let head = Self.cut(before.reversed(), to: max(width / 2, width - Self.width(marked) - Self.width(after)))
        let body = Self.cut(marked, to: width - head.width)
        let tail = body.isCut ? nil : Self.cut(after, to: width - head.width - body.width)
        text =
            (head.isCut ? "…" : "") + head.cells.reversed().map(\.text).joined() + body.text
            + (tail?.text ?? "") + (body.isCut || tail?.isCut == true ? "…" : "")
        marker =
            String(repeating: " ", count: head.width + (head.isCut ? 1 : 0)) + "^"
            + String(repeating: "~", count: max(0, body.width - 1))
    }

    /// A short text for a message: the first scalars, made visible.
    static func quotation(_ text: some StringProtocol) -> String {
        let cells = cells(text.utf8.prefix(4 * (TextFormLimits.quotedScalars + 1)))
        let isCut = cells.count > TextFormLimits.quotedScalars
        return cells.prefix(TextFormLimits.quotedScalars).map(\.text).joined() + (isCut ? "…" : "")
    }
}

extension SourceExcerpt {
    /// A Unicode scalar as it is printed.
    private struct Cell {
        let text: String
        let width: Int

        init(_ scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .control where scalar == "\t" || scalar == "\r": (text, width) = (" ", 1)
            // What could move the cursor, ring the bell or turn the direction of writing.
            case .control, .format, .lineSeparator, .paragraphSeparator: (text, width) = ("\u{FFFD}", 1)
            case .nonspacingMark, .enclosingMark: (text, width) = (String(scalar), 0)
            default: (text, width) = (String(scalar), Self.isWide(scalar) ? 2 : 1)
            }
        }

        /// Whether terminals give the scalar two columns (the main ranges of Unicode Standard Annex 11).
        private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
                0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
                true
            default: false
            }
        }
    }

    private static func cells(_ bytes: some Sequence<UInt8>) -> [Cell] {
        String(decoding: Array(bytes), as: UTF8.self).unicodeScalars.map(Cell.init)
    }

    private static func width(_ cells: [Cell]) -> Int { cells.reduce(0) { $0 + $1.width } }

    private struct Cut {
        var cells: [Cell] = []
        var width = 0
        var isCut = false

        var text: String { cells.map(\.text).joined() }
    }

    /// As many of the cells, from the first, as fit; of those without a width, not more than a few to each column.
    private static func cut(_ cells: [Cell], to limit: Int) -> Cut {
        var result = Cut()
        for cell in cells {
            guard result.width + cell.width <= limit, result.cells.count < 4 * limit else {
                result.isCut = true
                break
            }
            result.cells.append(cell)
            result.width += cell.width
        }
        return result
    }
}
