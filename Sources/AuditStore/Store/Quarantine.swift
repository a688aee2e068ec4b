import SegmentFormat
import Shredding

/// What stands beside a quarantined line.
package struct QuarantinedLine {
    package var input: String
    /// Of the line in the (decompressed) input.
    package var offset: String
    package var reason: String
    /// The next row goes on with the same line.
    package var isContinued: Bool
}

extension StoreDirectory {
    /// Calls `body` with each quarantined line, in the order they came; the bytes are exact and without their line feed.
    package func forEachQuarantined(
        _ body: (UnsafeRawBufferPointer, QuarantinedLine) throws -> Void
    ) throws {
        let lock = try files.lock(location(FileNames.readerLock), .shared, wait: true)
        defer { lock?.unlock() }
        var text = ByteArena(capacity: 1 << 16)
        for segment in try readManifest().quarantine {
            let reader = try open(segment, quarantine: true)
            let groups = RowGroupReader(reader)
            let assembler = try EventAssembler(groups)
            for group in reader.metadata.rowGroups.indices {
                try Task.checkCancellation()
                groups.open(group)
                for row in 0..<groups.rows {
                    func value(_ path: String) throws -> String? {
                        guard let column = reader.column(path: path) else { return nil }
                        let code = try groups.code(column, row)
                        guard code != absentCode else { return nil }
                        let raw = try reader.dictionary(column).entry(code)
                        return raw.first == 0x22 ? RawValue.string(raw) : String(decoding: raw, as: UTF8.self)
                    }
                    text.removeAll()
                    try assembler.append(row: row, to: &text)
                    let line = QuarantinedLine(
                        input: try value(StoreColumn.input) ?? "", offset: try value(StoreColumn.offset) ?? "",
                        reason: try value(StoreColumn.reason) ?? "",
                        isContinued: try value(StoreColumn.continues) != nil)
                    try body(text.bytes, line)
                }
            }
        }
    }
}
