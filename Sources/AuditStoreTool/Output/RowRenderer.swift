/// Takes the rows of a result one by one and writes them in one form.
///
/// Rows come one at a time so that a result of any length needs no memory, where the form allows it.
protocol RowRenderer {
    mutating func append(_ row: [Cell], to out: inout OutputBuffer) throws(OutputError)

    /// Must be called once, also where there was no row: it closes the JSON array and writes the table.
    mutating func finish(to out: inout OutputBuffer) throws(OutputError)
}
