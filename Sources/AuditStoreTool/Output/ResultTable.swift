/// A whole result: what `query` and the like hand to the output.
struct ResultTable: Sendable, Equatable {
    /// The texts of fields and aggregates as the user gave them; they become JSON keys and headers unchanged.
    var columns: [String]
    /// A row shorter than `columns` counts as ending in nulls.
    var rows: [[Cell]]

    init(columns: [String], rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// Writes every row in the given form. The caller flushes `out`.
    func write(as format: OutputFormat, style: OutputStyle, to out: inout OutputBuffer) throws(OutputError) {
        var renderer = format.renderer(columns: columns, style: style)
        for (index, row) in rows.enumerated() {
            try OutputError.checkInterruption(index)
            try renderer.append(row, to: &out)
        }
        try renderer.finish(to: &out)
    }
}
