/// `--format json`: one array of objects, each on a line of its own so that people and `diff` can read it too.
struct JSONRenderer: RowRenderer {
    private var row: JSONRow
    private var isFirst = true

    init(columns: [String]) {
        row = JSONRow(columns: columns)
    }

    mutating func append(_ cells: [Cell], to out: inout OutputBuffer) throws(OutputError) {
        row.bytes.removeAll(keepingCapacity: true)
        if isFirst {
            row.bytes.append(UInt8(ascii: "["))
        } else {
            row.bytes.append(UInt8(ascii: ","))
            row.bytes.append(UInt8(ascii: "\n"))
        }
        isFirst = false
        row.append(cells)
        try out.append(row.bytes)
    }

    mutating func finish(to out: inout OutputBuffer) throws(OutputError) {
        try out.append(isFirst ? "[]\n" : "]\n")
    }
}
