package import SegmentFormat
import Shredding

/// A predicate in one segment: dictionaries have been asked, codes are what is left.
package indirect enum PreparedPredicate: Sendable {
    case constant(Bool)
    case and([PreparedPredicate])
    case or([PreparedPredicate])
    case not(PreparedPredicate)
    case codes(CodeTest)
    case range(IntegerField, ClosedRange<Int64>)
    /// Equal to a UUID that is in the typed page, whose filter can be asked.
    case identity(column: Int, UUIDBytes)
    /// Evaluated in each row group: the field has no dictionary of the segment.
    case batch(ResolvedField, ValueTest)
    /// A text anywhere in the event.
    case search(EventSearch)
    /// A test of the event's text, put together.
    case event(ValueTest)
    /// Whether a body has a value.
    case presence(ComputedField)
    case pair(ResolvedField, ResolvedField, PairTest)
    /// Not one of the segment's deleted rows.
    case live(deleted: RowSet)
}

/// Codes of a column that pass a test.
package struct CodeTest: Sendable {
    package let column: Int
    /// 1 for each code that passes, by code.
    package let matches: [UInt8]
    /// The range of codes that pass; all that pass lie in it.
    package let smallest: UInt32
    package let largest: UInt32

    /// nil if no code passes.
    init?(column: Int, matches: [UInt8]) {
        guard let first = matches.firstIndex(of: 1), let last = matches.lastIndex(of: 1) else { return nil }
        self.column = column
        self.matches = matches
        smallest = UInt32(first)
        largest = UInt32(last)
    }
}

extension Predicate {
    /// Asks the dictionaries of a segment. Rows that are deleted do not pass, whatever the predicate.
    package func prepared(for segment: SegmentReader, schema: SchemaDescription) throws(SegmentError)
        -> PreparedPredicate
    {
        let test = try test(for: segment, schema: schema)
        guard let deleted = segment.deleted else { return test }
        switch test {
        case .constant(false): return test
        case .constant(true): return deleted.isAll ? .constant(false) : .live(deleted: deleted)
        default: return deleted.isAll ? .constant(false) : .and([.live(deleted: deleted), test])
        }
    }

    private func test(for segment: SegmentReader, schema: SchemaDescription) throws(SegmentError) -> PreparedPredicate {
        switch self {
        case .constant(let value): return .constant(value)
        case .not(let operand):
            let operand = try operand.test(for: segment, schema: schema)
            if case .constant(let value) = operand { return .constant(!value) }
            return .not(operand)
        case .and(let operands): return try Self.prepare(operands, segment, schema, neutral: true)
        case .or(let operands): return try Self.prepare(operands, segment, schema, neutral: false)
        case .test(let field, let test): return try Self.prepare(field, test, segment, schema)
        case .range(let field, let range):
            switch try segment.resolve(field, schema: schema) {
            case .absent: return .constant(false)
            case .integers(let integers, transform: nil): return .range(integers, range)
            case let other: return .batch(other, Self.test(of: range))
            }
        case .pair(let left, let right, let test):
            let left = try segment.resolve(left, schema: schema)
            let right = try segment.resolve(right, schema: schema)
            if case .absent = left { return .constant(false) }
            if case .absent = right { return .constant(false) }
            return .pair(left, right, test)
        }
    }

    /// Cheap tests first: what needs the events' text is asked only about rows that the others leave.
    private static func prepare(
        _ operands: [Predicate], _ segment: SegmentReader, _ schema: SchemaDescription, neutral: Bool
    ) throws(SegmentError) -> PreparedPredicate {
        var parts: [PreparedPredicate] = []
        for operand in operands {
            let part = try operand.test(for: segment, schema: schema)
            if case .constant(let value) = part {
                if value != neutral { return .constant(value) }
            } else {
                parts.append(part)
            }
        }
        guard parts.count > 1 else { return parts.first ?? .constant(neutral) }
        let cheap = parts.filter { !$0.isExpensive }
        let ordered = cheap + parts.filter { $0.isExpensive }
        return neutral ? .and(ordered) : .or(ordered)
    }

    private static func prepare(
        _ field: FieldReference, _ test: ValueTest, _ segment: SegmentReader, _ schema: SchemaDescription
    ) throws(SegmentError) -> PreparedPredicate {
        let resolved = try segment.resolve(field, schema: schema)
        switch resolved {
        case .absent: return .constant(false)
        case .dictionary(let column, let table):
            return CodeTest(column: column, matches: try table.matches(test)).map { .codes($0) } ?? .constant(false)
        case .identities(let column, let table):
            guard let text = test.onlyText, table.transform == nil else { return .batch(resolved, test) }
            // What is no canonical UUID is in the dictionary, and so are odd spellings of those that are.
            var matches = try table.matches(test)
            while matches.count <= Int(typedCode) { matches.append(0) }
            matches[Int(typedCode)] = 0
            let odd = CodeTest(column: column, matches: matches).map { PreparedPredicate.codes($0) }
            guard let uuid = uuid(text) else { return odd ?? .constant(false) }
            let typed = PreparedPredicate.identity(column: column, uuid)
            return odd.map { .or([typed, $0]) } ?? typed
        case .computed(let computed):
            if computed.isWholeEvent, !computed.isTransformed {
                guard let search = try EventSearch(test, segment) else { return .event(test) }
                return search.isNowhere ? .constant(false) : .search(search)
            }
            if test.isPresence, !computed.isTransformed { return try computed.presence(resolved) }
            return .batch(resolved, test)
        case .integers: return .batch(resolved, test)
        }
    }

    private static func uuid(_ text: String) -> UUIDBytes? {
        var quoted = Array("\"\(text)\"".utf8)
        guard quoted.count == CanonicalUUID.length else { return nil }
        quoted.append(contentsOf: repeatElement(0, count: 16))
        return quoted.withUnsafeBytes { CanonicalUUID.parse($0.baseAddress!) }
    }

    /// The range test for a value that is a time of its own, outside of the schema's times.
    private static func test(of range: ClosedRange<Int64>) -> ValueTest {
        ValueTest(value: { value in
            switch value {
            case .time(let time): range.contains(time.microseconds)
            case .duration(let microseconds): range.contains(microseconds)
            case .string(let text): Instant(text).map { range.contains($0.microseconds) } ?? false
            default: false
            }
        })
    }
}

extension PreparedPredicate {
    /// Whether events have to be put together for it.
    var isExpensive: Bool {
        switch self {
        case .constant, .codes, .range, .identity, .live: false
        case .and(let operands), .or(let operands): operands.contains { $0.isExpensive }
        case .not(let operand): operand.isExpensive
        case .search(let search): search.isExpensive
        case .batch, .pair, .event, .presence: true
        }
    }

    /// What can be said of a row group by its zone maps.
    package enum Outlook { case none, all, mixed }

    package func outlook(_ group: RowGroupInfo, number: Int) -> Outlook {
        switch self {
        case .constant(let value): return value ? .all : .none
        case .and(let operands):
            var result = Outlook.all
            for operand in operands {
                switch operand.outlook(group, number: number) {
                case .none: return .none
                case .mixed: result = .mixed
                case .all: break
                }
            }
            return result
        case .or(let operands):
            var result = Outlook.none
            for operand in operands {
                switch operand.outlook(group, number: number) {
                case .all: return .all
                case .mixed: result = .mixed
                case .none: break
                }
            }
            return result
        case .not(let operand):
            switch operand.outlook(group, number: number) {
            case .none: return .all
            case .all: return .none
            case .mixed: return .mixed
            }
        case .codes(let test): return test.outlook(group.chunks[test.column])
        case .range(let field, let range): return Self.outlook(field, range, group)
        case .identity(let column, _): return group.chunks[column].present == 0 ? .none : .mixed
        case .batch, .pair, .search, .event, .presence: return .mixed
        case .live(let deleted):
            let count = deleted.count(group: number)
            return count == 0 ? .all : count == deleted.rowCounts[number] ? .none : .mixed
        }
    }

    private static func outlook(_ field: IntegerField, _ range: ClosedRange<Int64>, _ group: RowGroupInfo) -> Outlook {
        guard let (values, isComplete) = field.time.range(group.chunks[field.time.column]) else {
            return group.chunks[field.time.column].present == 0 ? .none : .mixed
        }
        if let subtrahend = field.subtrahend {
            let chunk = group.chunks[subtrahend.column]
            guard let (others, _) = subtrahend.range(chunk) else { return chunk.present == 0 ? .none : .mixed }
            // All differences lie between these; where one does not fit an integer, nothing is known.
            let low = values.lowerBound.subtractingReportingOverflow(others.upperBound)
            let high = values.upperBound.subtractingReportingOverflow(others.lowerBound)
            guard !low.overflow, !high.overflow else { return .mixed }
            return range.overlaps(low.partialValue...high.partialValue) ? .mixed : .none
        }
        if !values.overlaps(range) { return .none }
        let isInside = range.lowerBound <= values.lowerBound && values.upperBound <= range.upperBound
        return isInside && isComplete ? .all : .mixed
    }
}

extension CodeTest {
    func outlook(_ chunk: ChunkInfo) -> PreparedPredicate.Outlook {
        let low = max(chunk.smallestCode, smallest)
        let high = min(chunk.largestCode, largest)
        guard low <= high else { return .none }
        if chunk.codes == nil { return matches[Int(chunk.largestCode)] == 1 ? .all : .none }
        // A short range of codes is worth a look.
        guard chunk.largestCode - chunk.smallestCode < 256 else { return .mixed }
        let passing = matches[Int(low)...Int(high)]
        if !passing.contains(1) { return .none }
        let isAll = low == chunk.smallestCode && high == chunk.largestCode && !passing.contains(0)
        return isAll ? .all : .mixed
    }
}
