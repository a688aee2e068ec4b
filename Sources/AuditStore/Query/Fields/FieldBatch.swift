import SegmentFormat
import Shredding

extension ResolvedField {
    /// The codes of the field in the current row group, and their values. Rows whose byte in `mask` is 0 may be left out.
    func coded(_ reader: RowGroupReader, _ mask: UnsafePointer<UInt8>?, _ scratch: ScanScratch) throws(SegmentError)
        -> CodedBatch
    {
        switch self {
        case .absent: return CodedBatch(CodeBuffer(rows: reader.rows), ValueTable(.values([]), count: 0))
        case .dictionary(let column, let table): return CodedBatch(try reader.codes(column), table)
        case .integers(let field, let transform):
            let values = try field.values(reader, scratch.integers)
            var interner = ValueInterner()
            let buffer = CodeBuffer(rows: reader.rows)
            var known: [Int64: UInt32] = [:]
            for row in 0..<reader.rows where values[row] != absentInteger && (mask == nil || mask![row] != 0) {
                if let code = known[values[row]] {
                    buffer.codes[row] = code
                    continue
                }
                let value = field.value(values[row])
                let code = (transform.map { $0(value) } ?? value).map { interner.code($0) } ?? absentCode
                known[values[row]] = code
                buffer.codes[row] = code
            }
            return CodedBatch(buffer, interner.table)
        case .identities(let column, let table): return try identities(column, table, reader, mask)
        case .computed(let field): return try field.batch(reader, mask, scratch)
        }
    }

    private func identities(
        _ column: Int, _ table: ValueTable, _ reader: RowGroupReader, _ mask: UnsafePointer<UInt8>?
    ) throws(SegmentError) -> CodedBatch {
        let codes = try reader.codes(column)
        let uuids = try reader.uuids(column)
        var interner = ValueInterner()
        var known: [UUIDBytes: UInt32] = [:]
        let buffer = CodeBuffer(rows: reader.rows)
        var text = ByteArena(capacity: 64)
        for row in 0..<reader.rows where codes[row] != absentCode && (mask == nil || mask![row] != 0) {
            if codes[row] != typedCode {
                if let value = table.value(codes[row]) { buffer.codes[row] = interner.code(value) }
                continue
            }
            if let code = known[uuids[row]] {
                buffer.codes[row] = code
                continue
            }
            text.removeAll()
            CanonicalUUID.append(uuids[row], to: &text)
            let value = RawValue.decode(text.bytes)
            let code = (table.transform.map { value.flatMap($0) } ?? value).map { interner.code($0) } ?? absentCode
            known[uuids[row]] = code
            buffer.codes[row] = code
        }
        return CodedBatch(buffer, interner.table)
    }
}
