import SegmentFormat
import Shredding

/// Stands for an absent time or duration; it is no time that can be written in RFC 3339.
package let absentInteger = Int64.min

/// A column of times in a segment.
package struct TimeColumn: Sendable {
    package let column: Int
    /// Whether code 1 means that the time is in the typed page.
    package let isTyped: Bool
    /// The times of the dictionary's entries, by code; `absentInteger` for those that are none.
    package let odd: [Int64]

    init(_ reader: SegmentReader, column: Int, format: TimeFormat) throws(SegmentError) {
        self.column = column
        isTyped = reader.metadata.columns[column].kind == .timestamp
        var odd = [Int64](repeating: absentInteger, count: 2)
        let dictionary = try reader.dictionary(column)
        if odd.count < dictionary.count + 1 {
            odd.append(contentsOf: Array(repeating: absentInteger, count: dictionary.count + 1 - odd.count))
        }
        dictionary.forEach { code, entry in
            if let time = format.parse(entry) { odd[Int(code)] = time }
        }
        self.odd = odd
    }

    /// The range of a row group's values, if its zone map tells it.
    func range(_ chunk: ChunkInfo) -> (values: ClosedRange<Int64>, isComplete: Bool)? {
        guard isTyped, chunk.largestCode == typedCode, chunk.typed != nil, chunk.smallestValue <= chunk.largestValue
        else {
            return nil
        }
        return (chunk.smallestValue...chunk.largestValue, chunk.smallestCode == typedCode)
    }

    /// The times of the current row group.
    func values(_ reader: RowGroupReader, _ target: UnsafeMutableBufferPointer<Int64>) throws(SegmentError)
        -> UnsafePointer<Int64>
    {
        let chunk = reader.chunk(column)
        if isTyped, chunk.smallestCode == typedCode, chunk.largestCode == typedCode {
            return try reader.times(column).baseAddress!
        }
        let codes = try reader.codes(column)
        let times = isTyped && chunk.typed != nil ? try reader.times(column) : nil
        odd.withUnsafeBufferPointer { odd in
            // In bounds: codes are at most the dictionary's count (checked by the reader), or 1.
            if let times {
                for i in 0..<codes.count { target[i] = codes[i] == typedCode ? times[i] : odd[Int(codes[i])] }
            } else {
                for i in 0..<codes.count { target[i] = odd[Int(codes[i])] }
            }
        }
        return UnsafePointer(target.baseAddress!)
    }
}

/// A field that is a time, or the difference of two, in one segment.
package struct IntegerField: Sendable {
    package let time: TimeColumn
    /// For a difference: what is subtracted.
    package let subtrahend: TimeColumn?

    package var isDuration: Bool { subtrahend != nil }

    package func value(_ integer: Int64) -> EventValue {
        isDuration ? .duration(integer) : .time(Instant(microseconds: integer))
    }

    /// The field's values in the current row group, `absentInteger` where it is absent; valid until the scratch is used again.
    func values(_ reader: RowGroupReader, _ scratch: IntegerScratch) throws(SegmentError) -> UnsafePointer<Int64> {
        let first = try time.values(reader, scratch.first)
        guard let subtrahend else { return first }
        let second = try subtrahend.values(reader, scratch.second)
        let target = scratch.first
        for i in 0..<reader.rows {
            let isPresent = first[i] != absentInteger && second[i] != absentInteger
            target[i] = isPresent ? first[i] &- second[i] : absentInteger
        }
        return UnsafePointer(target.baseAddress!)
    }
}

/// Memory for the integers of one row group.
package final class IntegerScratch {
    let first: UnsafeMutableBufferPointer<Int64> = .allocate(capacity: Limits.rowsPerRowGroup)
    let second: UnsafeMutableBufferPointer<Int64> = .allocate(capacity: Limits.rowsPerRowGroup)

    package init() {}

    deinit {
        first.deallocate()
        second.deallocate()
    }
}
