/// The forms of `--format`; the raw values are part of the contract.
enum OutputFormat: String, CaseIterable, Sendable {
    case table, json, ndjson, csv

    /// What a person wants to see on a terminal, and what a program can read a line at a time elsewhere.
    static func standard(isTerminal: Bool) -> OutputFormat {
        isTerminal ? .table : .ndjson
    }

    /// A renderer that takes rows one by one. Only `table` holds them back, since it must see all to align them.
    func renderer(columns: [String], style: OutputStyle) -> any RowRenderer {
        switch self {
        case .table: TableRenderer(columns: columns, style: style)
        case .json: JSONRenderer(columns: columns)
        case .ndjson: NDJSONRenderer(columns: columns)
        case .csv: CSVRenderer(columns: columns, style: style)
        }
    }
}
