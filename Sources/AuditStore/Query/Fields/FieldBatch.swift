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
                if row & 15 == 0 { try SegmentError.checkCancellation() }
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
        var numbers = UUIDNumbers(capacity: reader.rows)
        var odd = ValueInterner()
        let buffer = CodeBuffer(rows: reader.rows)
        for row in 0..<reader.rows where codes[row] != absentCode && (mask == nil || mask![row] != 0) {
            if codes[row] == typedCode {
                buffer.codes[row] = numbers.number(uuids[row]) + 1
            } else if let value = table.value(codes[row], isTransformed: false) {
                // Behind all UUIDs, whose number is not known yet.
                buffer.codes[row] = UInt32(reader.rows) + odd.code(value)
            }
        }
        let count = numbers.uuids.count
        if !odd.values.isEmpty {
            let shift = UInt32(reader.rows - count)
            for row in 0..<reader.rows where buffer.codes[row] > UInt32(reader.rows) { buffer.codes[row] -= shift }
        }
        let all = ValueTable(
            .uuids(numbers.uuids, odd: Array(odd.values)), count: count + odd.values.count, transform: table.transform)
        return CodedBatch(buffer, all)
    }
}

/// Gives distinct UUIDs numbers from 0 on, in order of first appearance.
private struct UUIDNumbers {
    private(set) var uuids: [UUIDBytes] = []
    private var slots: [UInt32]

    /// - Parameter capacity: no more distinct UUIDs than this.
    init(capacity: Int) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: .max, count: size)
    }

    mutating func number(_ uuid: UUIDBytes) -> UInt32 {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: PairCounts.hash(uuid.low ^ uuid.high &* 0x9e37_79b9_7f4a_7c15)) & mask
        while slots[slot] != .max {
            if uuids[Int(slots[slot])] == uuid { return slots[slot] }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt32(uuids.count)
        uuids.append(uuid)
        return slots[slot]
    }
}
