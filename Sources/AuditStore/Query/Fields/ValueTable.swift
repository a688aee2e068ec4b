package import SegmentFormat

/// The distinct values that codes stand for: those of a segment's dictionary, or of one row group where a field has none.
package final class ValueTable: Sendable {
    package enum Source: Sendable {
        /// Entries of a dictionary column, and the path from an entry to the value that is meant.
        case dictionary(ColumnDictionary, path: [FieldPath.Component])
        /// Code `c` stands for element `c - 1`.
        case values([EventValue])
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
    package func value(_ code: UInt32) -> EventValue? {
        guard code > 0, code <= count else { return nil }
        let value: EventValue?
        switch source {
        case .dictionary(let dictionary, let path):
            let entry = dictionary.entry(code)
            value = path.isEmpty ? RawValue.decode(entry) : JSONText.value(at: path[...], of: entry)
        case .values(let values): value = values[Int(code) - 1]
        case .buckets(let start, let width):
            value = .time(Instant(microseconds: start &+ Int64(code - 1) &* width))
        }
        guard let transform else { return value }
        return value.flatMap(transform)
    }

    /// For each code whether its value passes: 1 or 0.
    package func matches(_ test: ValueTest) -> [UInt8] {
        var matches = [UInt8](repeating: 0, count: count + 1)
        if isPlain, case .dictionary(let dictionary, _) = source {
            dictionary.forEach { code, entry in
                let passes: Bool
                if let testText = test.text, let text = RawValue.plainText(entry) {
                    passes = testText(text)
                } else {
                    passes = RawValue.decode(entry).map(test.value) ?? false
                }
                matches[Int(code)] = passes ? 1 : 0
            }
        } else if count > 0 {
            for code in 1...UInt32(count) { matches[Int(code)] = value(code).map(test.value) == true ? 1 : 0 }
        }
        return matches
    }
}

/// The codes of a field in one row group, and what they stand for.
package struct CodedBatch {
    package let codes: UnsafeBufferPointer<UInt32>
    package let table: ValueTable
    /// Keeps the memory of codes that are not the reader's own.
    private let owner: CodeBuffer?

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
