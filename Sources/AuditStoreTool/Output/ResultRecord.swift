/// A result that is one thing rather than rows: the summary of `ingest`, the figures of `stats`.
///
/// The contract wants a bare object for these under `--format json`, not an array of one.
struct ResultRecord: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        var name: String
        var value: Cell
        /// What a person reads instead of the bare value, for example `1.2 MB`; machines always get `value`.
        var display: String?
    }

    var fields: [Field] = []

    init() {}

    mutating func add(_ name: String, _ value: Cell, display: String? = nil) {
        fields.append(Field(name: name, value: value, display: display))
    }

    /// Writes the record in the given form. The caller flushes `out`.
    func write(as format: OutputFormat, style: OutputStyle, to out: inout OutputBuffer) throws(OutputError) {
        switch format {
        case .json, .ndjson:
            var row = JSONRow(columns: fields.map(\.name))
            row.append(fields.map(\.value))
            row.bytes.append(UInt8(ascii: "\n"))
            try out.append(row.bytes)
        case .csv:
            try ResultTable(columns: fields.map(\.name), rows: [fields.map(\.value)])
                .write(as: .csv, style: style, to: &out)
        case .table:
            try out.append(lines(style: style))
        }
    }

    /// Two aligned columns, name and value; a record has few fields, so they read best downwards.
    private func lines(style: OutputStyle) -> [UInt8] {
        var bytes: [UInt8] = []
        let nameWidth = fields.map { DisplayWidth.of($0.name) }.max() ?? 0
        for field in fields {
            let used = DisplayText.append(field.name, to: &bytes)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: nameWidth - used + 2))
            let text = field.display ?? CellText.text(of: field.value)
            let room = style.width.map { max(8, $0 - nameWidth - 2) }
            DisplayText.append(text, limit: room, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
