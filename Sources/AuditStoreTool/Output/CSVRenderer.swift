/// `--format csv`: RFC 4180 with a header line.
///
/// Null is an empty field and the empty string `""`, so that they can be told apart. A list is its JSON text. In a file
/// the values are what they are, byte for byte; on a terminal, control characters are made visible, as nothing reads
/// CSV there but a person, whom an attacker's userAgent must not fool.
struct CSVRenderer: RowRenderer {
    private let columns: [String]
    private let isTerminal: Bool
    private var hasHeader = false
    private var line: [UInt8] = []

    init(columns: [String], style: OutputStyle) {
        self.columns = columns
        isTerminal = style.isTerminal
    }

    mutating func append(_ row: [Cell], to out: inout OutputBuffer) throws(OutputError) {
        try writeHeader(to: &out)
        line.removeAll(keepingCapacity: true)
        for index in columns.indices {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            appendField(index < row.count ? row[index] : .null)
        }
        try endLine(to: &out)
    }

    mutating func finish(to out: inout OutputBuffer) throws(OutputError) {
        try writeHeader(to: &out)
    }

    private mutating func writeHeader(to out: inout OutputBuffer) throws(OutputError) {
        guard !hasHeader else { return }
        hasHeader = true
        for (index, column) in columns.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            appendField(.string(column))
        }
        try endLine(to: &out)
    }

    private mutating func endLine(to out: inout OutputBuffer) throws(OutputError) {
        // Many readers skip an empty line, and with it the row whose only field is null.
        if line.isEmpty, columns.count == 1 { line.append(contentsOf: "\"\"".utf8) }
        line.append(UInt8(ascii: "\r"))
        line.append(UInt8(ascii: "\n"))
        try out.append(line)
    }

    private mutating func appendField(_ cell: Cell) {
        switch cell {
        case .null: break
        case .string(let text), .json(let text): append(text: isTerminal ? HostileText.visible(text) : text)
        case .int(let value): line.append(contentsOf: String(value).utf8)
        case .double(let value): line.append(contentsOf: (NumberText.shortest(value) ?? "").utf8)
        case .bool(let value): line.append(contentsOf: (value ? "true" : "false").utf8)
        case .list:
            var json: [UInt8] = []
            JSONText.append(cell, to: &json)
            append(text: String(decoding: json, as: UTF8.self))
        }
    }

    private mutating func append(text: String) {
        let quote = UInt8(ascii: "\"")
        guard text.isEmpty || text.utf8.contains(where: Self.needsQuotes) else {
            line.append(contentsOf: text.utf8)
            return
        }
        line.append(quote)
        for byte in text.utf8 {
            if byte == quote { line.append(quote) }
            line.append(byte)
        }
        line.append(quote)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }
}
