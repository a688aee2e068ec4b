package import SegmentFormat
import Shredding

/// The distinct values that codes stand for: those of a segment's dictionary, or of one row group where a field has none.
package final class ValueTable: Sendable {
    package enum Source: Sendable {
        /// Entries of a dictionary column, and the path from an entry to the value that is meant.
        case dictionary(ColumnDictionary, path: [FieldPath.Component])
        /// Code `c` stands for element `c - 1`.
        case values([EventValue])
        /// Codes from 1 on stand for UUIDs, those behind them for other values.
        case uuids([UUIDBytes], odd: [EventValue])
        /// Code `c` stands for a time: `start + (c - 1) * width` microseconds.
        case buckets(start: Int64, width: Int64)
    }

    package let source: Source
    package let transform: FieldReference.Transform?
    /// Codes are 0 (absent) … count.
    package let count: Int

    package init(_ source: Source, count: Int, transform: FieldReference.Transform? = nil) {
        self.source = source
        self.count = count
        self.transform = transform
    }

    /// Whether values are the entries of a dictionary as they are.
    package var isPlain: Bool {
        guard transform == nil, case .dictionary(_, let path) = source else { return false }
        return path.isEmpty
    }

    /// The value of a code; nil for absent.
    package func value(_ code: UInt32, isTransformed: Bool = true) -> EventValue? {
        guard code > 0, code <= count else { return nil }
        let value: EventValue?
        switch source {
        case .dictionary(let dictionary, let path):
            let entry = dictionary.entry(code)
            value = path.isEmpty ? RawValue.decode(entry) : JSONText.value(at: path[...], of: entry)
        case .values(let values): value = values[Int(code) - 1]
        case .uuids(let uuids, odd: let odd):
            let index = Int(code) - 1
            value = index < uuids.count ? .string(CanonicalUUID.text(uuids[index])) : odd[index - uuids.count]
        case .buckets(let start, let width):
            value = .time(Instant(microseconds: start &+ Int64(code - 1) &* width))
        }
        guard isTransformed, let transform else { return value }
        return value.flatMap(transform)
    }

    /// The hash of a code's value, ``ValueHash``; 0 for absent.
    func hash(_ code: UInt32) -> UInt64 {
        if transform == nil, case .uuids(let uuids, _) = source, code > 0, Int(code) <= uuids.count {
            return CanonicalUUID.withText(uuids[Int(code) - 1], ValueHash.of(text:))
        }
        return value(code).map(ValueHash.of) ?? 0
    }

    /// For each code whether its value passes: 1 or 0.
    ///
    /// - Throws: if the task was cancelled: there can be millions of values, and a test can be anything.
    package func matches(_ test: ValueTest) throws(SegmentError) -> [UInt8] {
        var matches = [UInt8](repeating: 0, count: count + 1)
        if isPlain, case .dictionary(let dictionary, _) = source {
            var texts = RawTexts()
            let testText = test.textTest()
            try dictionary.forEach { (code, entry) throws(SegmentError) in
                if code & Self.checkInterval == 0 { try SegmentError.checkCancellation() }
                let passes: Bool
                if let testText, let text = texts.text(entry) {
                    passes = testText(text)
                } else {
                    passes = RawValue.decode(entry).map(test.value) ?? false
                }
                matches[Int(code)] = passes ? 1 : 0
            }
        } else if count > 0 {
            for code in 1...UInt32(count) {
                if code & Self.checkInterval == 0 { try SegmentError.checkCancellation() }
                matches[Int(code)] = value(code).map(test.value) == true ? 1 : 0
            }
        }
        return matches
    }

    /// A test takes from nanoseconds to milliseconds: after so many (a power of two less one) it is asked whether to go on.
    private static var checkInterval: UInt32 { 7 }
}

/// The codes of a field in one row group, and what they stand for.
package struct CodedBatch {
    package let codes: UnsafeBufferPointer<UInt32>
    package let table: ValueTable
    /// Keeps the memory of codes that are not the reader's own.
    let owner: CodeBuffer?

    init(_ codes: UnsafeBufferPointer<UInt32>, _ table: ValueTable) {
        self.codes = codes
        self.table = table
        owner = nil
    }

    init(_ buffer: CodeBuffer, _ table: ValueTable) {
        codes = UnsafeBufferPointer(buffer.codes)
        self.table = table
        owner = buffer
    }
}

/// Memory for codes that were computed, all 0 at first.
final class CodeBuffer {
    let codes: UnsafeMutableBufferPointer<UInt32>

    init(rows: Int) {
        codes = .allocate(capacity: rows)
        codes.initialize(repeating: absentCode)
    }

    deinit { codes.deallocate() }
}
