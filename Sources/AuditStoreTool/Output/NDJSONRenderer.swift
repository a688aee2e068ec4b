/// `--format ndjson`: one object a line, nothing around them.
struct NDJSONRenderer: RowRenderer {
    private var row: JSONRow

    init(columns: [String]) {
        row = JSONRow(columns: columns)
    }

    mutating func append(_ cells: [Cell], to out: inout OutputBuffer) throws(OutputError) {
        row.bytes.removeAll(keepingCapacity: true)
        row.append(cells)
        row.bytes.append(UInt8(ascii: "\n"))
        try out.append(row.bytes)
    }

    mutating func finish(to out: inout OutputBuffer) throws(OutputError) {}
}
