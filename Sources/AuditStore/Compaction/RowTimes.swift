import SegmentFormat
import Shredding

/// The times of a segment's events, as rows and as what they are together.
struct RowTimes {
    private let column: Int
    private let format: TimeFormat
    private let dictionary: ColumnDictionary

    /// nil if no event of the segment has a time.
    init?(_ segment: SegmentReader, schema: ShreddingSchema) throws(SegmentError) {
        guard let column = segment.column(path: schema.eventTime.joined(separator: "\u{1}")) else { return nil }
        self.column = column
        format = schema.timeFormat(of: schema.eventTime)
        dictionary = try segment.dictionary(column)
    }

    /// The times of the rows of the reader's row group; nil for an event without one.
    func times(_ reader: RowGroupReader) throws(SegmentError) -> [Int64?] {
        let codes = try reader.codes(column)
        let typed = try reader.times(column)
        return codes.indices.map { row -> Int64? in
            switch codes[row] {
            case absentCode: nil
            case typedCode: typed[row]
            default: format.parse(dictionary.entry(codes[row]))
            }
        }
    }

    /// What the times of some rows are together.
    static func times(of rows: RowSet, in segment: SegmentReader, schema: ShreddingSchema) throws -> EventTimes {
        var result = EventTimes()
        let times = try RowTimes(segment, schema: schema)
        let reader = RowGroupReader(segment)
        for group in rows.rowCounts.indices where rows.count(group: group) > 0 {
            try Task.checkCancellation()
            reader.open(group)
            let all = try times?.times(reader)
            for row in rows.rows(group: group) { result.add(time: all.flatMap { $0[Int(row)] }) }
        }
        return result
    }
}

extension SegmentDescription {
    /// Adds events to those that the segment is known to hold.
    mutating func add(_ times: EventTimes) {
        smallestTime = min(smallestTime, times.smallest)
        largestTime = max(largestTime, times.largest)
        undated += UInt64(times.undated)
    }
}
