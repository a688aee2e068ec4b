/// `--format table`: aligned columns for a person.
///
/// It must see every row before it can align the first, so it holds them; the other forms do not. On a terminal, text
/// columns are shortened until a line fits. Elsewhere nothing is cut: a line that is too long breaks the alignment, not
/// the content.
struct TableRenderer: RowRenderer {
    /// Blanks between two columns.
    static let gap = 2
    /// Where the width is free, a longer text does not push the next column further out than this.
    static let widestPadding = 200

    private let style: OutputStyle
    private let headers: [String]
    private var rows: [[Cell]] = []

    init(columns: [String], style: OutputStyle) {
        headers = columns
        self.style = style
    }

    mutating func append(_ row: [Cell], to out: inout OutputBuffer) throws(OutputError) {
        rows.append(row)
    }

    mutating func finish(to out: inout OutputBuffer) throws(OutputError) {
        var columns = headers.map { TableColumn(header: $0, isCut: style.width != nil) }
        let limit = max(style.width ?? 0, Self.widestPadding)
        for (number, row) in rows.enumerated() {
            try OutputError.checkInterruption(number)
            for index in columns.indices {
                columns[index].measure(index < row.count ? row[index] : .null, limit: limit)
            }
        }
        for index in columns.indices { columns[index].endMeasuring(limit: limit) }
        if let width = style.width { TableColumn.fit(&columns, into: width - Self.gap * (columns.count - 1)) }

        var line: [UInt8] = []
        if style.usesColor { line.append(contentsOf: Self.bold) }
        for index in columns.indices {
            columns[index].appendHeader(isLast: index == columns.count - 1, to: &line)
        }
        if style.usesColor { line.append(contentsOf: Self.normal) }
        line.append(UInt8(ascii: "\n"))
        try out.append(line)

        for (number, row) in rows.enumerated() {
            try OutputError.checkInterruption(number)
            line.removeAll(keepingCapacity: true)
            for index in columns.indices {
                let cell = index < row.count ? row[index] : .null
                columns[index].append(cell, isLast: index == columns.count - 1, to: &line)
            }
            line.append(UInt8(ascii: "\n"))
            try out.append(line)
        }
        rows = []
    }

    private static let bold = Array("\u{1B}[1m".utf8)
    private static let normal = Array("\u{1B}[0m".utf8)
}
