import SegmentFormat
import Shredding

extension PreparedPredicate {
    /// Clears the byte of each row that does not pass; `mask` has a byte a row, 0 or 1.
    ///
    /// Loops over rows hold no call and no allocation; each leaf goes over the row group's codes once.
    func filter(_ mask: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader, _ scratch: ScanScratch)
        throws(SegmentError)
    {
        let rows = reader.rows
        switch self {
        case .constant(let value): if !value { mask.update(repeating: 0, count: rows) }
        case .and(let operands):
            for (i, operand) in operands.enumerated() {
                if i > 0, !RowMask.isAny(mask, rows) { return }
                try operand.filter(mask, reader, scratch)
            }
        case .or(let operands):
            try scratch.withMask { (passed) throws(SegmentError) in
                passed.update(repeating: 0, count: rows)
                try scratch.withMask { (candidates) throws(SegmentError) in
                    for operand in operands {
                        for i in 0..<rows { candidates[i] = mask[i] & ~passed[i] }
                        if !RowMask.isAny(candidates, rows) { break }
                        try operand.filter(candidates, reader, scratch)
                        for i in 0..<rows { passed[i] |= candidates[i] }
                    }
                }
                for i in 0..<rows { mask[i] &= passed[i] }
            }
        case .not(let operand):
            try scratch.withMask { (passed) throws(SegmentError) in
                passed.update(from: mask, count: rows)
                try operand.filter(passed, reader, scratch)
                for i in 0..<rows { mask[i] &= passed[i] ^ 1 }
            }
        case .codes(let test): try test.filter(mask, reader)
        case .range(let field, let range):
            let values = try field.values(reader, scratch.integers)
            let (low, high) = (range.lowerBound, range.upperBound)
            for i in 0..<rows {
                let value = values[i]
                mask[i] &= (value >= low ? 1 : 0) & (value <= high ? 1 : 0) & (value != absentInteger ? 1 : 0)
            }
        case .identity(let column, let uuid):
            let codes = try reader.codes(column)
            let uuids = try reader.uuids(column)
            for i in 0..<rows {
                mask[i] &=
                    (codes[i] == typedCode ? 1 : 0) & (uuids[i].low == uuid.low ? 1 : 0)
                    & (uuids[i].high == uuid.high ? 1 : 0)
            }
        case .batch(let field, let test):
            let batch = try field.coded(reader, mask, scratch)
            let matches = try batch.table.matches(test)
            // The codes may lie in memory that the batch owns.
            withExtendedLifetime(batch) { RowMask.filter(mask, batch.codes, matches) }
        case .search(let search): try search.filter(mask, reader, scratch)
        case .event(let test): try test.filterEvents(mask, reader, scratch)
        case .presence(let field): try field.filterPresent(mask, reader)
        case .pair(let left, let right, let test):
            try test.filter(mask, left, right, reader, scratch)
        case .live(let deleted): deleted.clear(mask, group: reader.group)
        }
    }
}

extension CodeTest {
    func filter(_ mask: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader) throws(SegmentError) {
        let codes = try reader.codes(column)
        guard smallest == largest else { return RowMask.filter(mask, codes, matches) }
        let code = smallest
        for i in 0..<codes.count { mask[i] &= codes[i] == code ? 1 : 0 }
    }
}

/// Loops over a byte a row.
enum RowMask {
    @inline(__always)
    static func filter(_ mask: UnsafeMutablePointer<UInt8>, _ codes: UnsafeBufferPointer<UInt32>, _ matches: [UInt8]) {
        matches.withUnsafeBufferPointer { matches in
            // In bounds: the reader has checked that codes are at most the dictionary's count, for which there is a byte.
            for i in 0..<codes.count { mask[i] &= matches[Int(codes[i])] }
        }
    }

    static func isAny(_ mask: UnsafePointer<UInt8>, _ rows: Int) -> Bool {
        var i = 0
        while i < rows {
            let end = min(i + 4096, rows)
            var any: UInt8 = 0
            while i < end {
                any |= mask[i]
                i += 1
            }
            if any != 0 { return true }
        }
        return false
    }

    /// Writes the numbers of the rows whose byte is 1, ascending. `target` has room for all rows and one more.
    static func rows(_ mask: UnsafePointer<UInt8>, _ rows: Int, into target: UnsafeMutablePointer<UInt32>) -> Int {
        var n = 0
        var i = 0
        let eights = UnsafeRawPointer(mask)
        while i + 8 <= rows {
            // Most masks are nearly empty.
            if eights.loadUnaligned(fromByteOffset: i, as: UInt64.self) != 0 {
                for row in i..<i + 8 {
                    target[n] = UInt32(row)
                    n += Int(mask[row])
                }
            }
            i += 8
        }
        while i < rows {
            target[n] = UInt32(i)
            n += Int(mask[i])
            i += 1
        }
        return n
    }
}
