import SegmentFormat

/// The bytes of groups in a temporary file. Nobody reads them but the query that wrote them, so they have no version.
///
///     value      u8 kind, then: strings a varint length and UTF-8; numbers and times eight bytes; lists a varint count and values
///     result     u8 kind, then a value, or a varint count and pairs
enum GroupRowCoding {
    private enum Kind: UInt8 {
        case absent = 0
        case string, integer, double, no, yes, time, duration, list, json
    }

    private enum ResultKind: UInt8 { case value = 0, values, ranges }

    /// Lists within lists; those of events are text.
    private static let depth = 4

    // MARK: Writing

    static func append(_ value: EventValue?, to output: inout ByteArena) {
        func start(_ kind: Kind) { output.append(kind.rawValue) }
        switch value {
        case nil: start(.absent)
        case .string(let text)?:
            start(.string)
            output.append(string: text)
        case .json(let text)?:
            start(.json)
            output.append(string: text)
        case .integer(let number)?:
            start(.integer)
            output.append(integer: number)
        case .double(let number)?:
            start(.double)
            output.append(integer: number.bitPattern)
        case .bool(let flag)?: start(flag ? .yes : .no)
        case .time(let time)?:
            start(.time)
            output.append(integer: time.microseconds)
        case .duration(let microseconds)?:
            start(.duration)
            output.append(integer: microseconds)
        case .list(let values)?:
            start(.list)
            output.append(varint: values.count)
            for value in values { append(value, to: &output) }
        }
    }

    static func append(_ result: AggregateResult, to output: inout ByteArena) {
        switch result {
        case .value(let value):
            output.append(ResultKind.value.rawValue)
            append(value, to: &output)
        case .values(let values):
            output.append(ResultKind.values.rawValue)
            output.append(varint: values.count)
            for counted in values {
                append(counted.value, to: &output)
                output.append(integer: Int64(counted.count))
            }
        case .ranges(let ranges):
            output.append(ResultKind.ranges.rawValue)
            output.append(varint: ranges.count)
            for range in ranges {
                append(range.lower, to: &output)
                append(range.upper, to: &output)
                output.append(integer: Int64(range.count))
            }
        }
    }

    // MARK: Reading

    static func value(_ reader: inout ByteReader, depth: Int = 0) throws(SegmentError) -> EventValue? {
        guard let kind = Kind(rawValue: try reader.integer()), depth <= Self.depth else {
            throw .corrupt("a group in a temporary file is no group")
        }
        switch kind {
        case .absent: return nil
        case .string: return .string(try reader.string(limit: reader.remaining))
        case .json: return .json(try reader.string(limit: reader.remaining))
        case .integer: return .integer(try reader.integer())
        case .double: return .double(Double(bitPattern: try reader.integer()))
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .time: return .time(Instant(microseconds: try reader.integer()))
        case .duration: return .duration(try reader.integer())
        case .list:
            var values: [EventValue] = []
            for _ in 0..<(try reader.count(limit: reader.remaining)) {
                if let value = try value(&reader, depth: depth + 1) { values.append(value) }
            }
            return .list(values)
        }
    }

    static func result(_ reader: inout ByteReader) throws(SegmentError) -> AggregateResult {
        guard let kind = ResultKind(rawValue: try reader.integer()) else {
            throw .corrupt("a group in a temporary file has no aggregate")
        }
        switch kind {
        case .value: return .value(try value(&reader))
        case .values:
            var values: [CountedValue] = []
            for _ in 0..<(try reader.count(limit: reader.remaining)) {
                let value = try value(&reader)
                let count = Int(try reader.integer(as: Int64.self))
                if let value { values.append(CountedValue(value: value, count: count)) }
            }
            return .values(values)
        case .ranges:
            var ranges: [CountedRange] = []
            for _ in 0..<(try reader.count(limit: reader.remaining)) {
                let (lower, upper) = (try value(&reader), try value(&reader))
                ranges.append(
                    CountedRange(lower: lower, upper: upper, count: Int(try reader.integer(as: Int64.self))))
            }
            return .ranges(ranges)
        }
    }
}
