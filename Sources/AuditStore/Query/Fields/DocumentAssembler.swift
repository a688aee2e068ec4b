import SegmentFormat
import Shredding

/// Puts single bodies together, without the rest of their events.
struct DocumentAssembler: ~Copyable {
    private let reader: RowGroupReader
    private var output = ByteArena(capacity: 4096)
    private var dictionaries: [Int: ColumnDictionary] = [:]
    /// How many bytes of a column's values are used up in the current body.
    private var consumed: [Int: Int] = [:]

    init(_ reader: RowGroupReader) { self.reader = reader }

    /// The body that a template stands for in a row; valid until the next call.
    mutating func text(of template: UnsafeRawBufferPointer, row: Int) throws(SegmentError) -> UnsafeRawBufferPointer {
        output.removeAll(keepingAtMost: 16 << 20)
        consumed.removeAll(keepingCapacity: true)
        for part in Template.Parts(template) {
            switch part {
            case .text(let text): output.append(text)
            case .value(let id): try append(id, row)
            }
        }
        return output.bytes
    }

    private mutating func append(_ id: UInt16, _ row: Int) throws(SegmentError) {
        guard let column = reader.segment.column(id: id) else {
            throw SegmentError.corrupt("a body names column \(id), which the segment lacks").inFile(
                reader.segment.source.name)
        }
        let code = try reader.code(column, row)
        guard code != absentCode else { return }
        if dictionaries[column] == nil { dictionaries[column] = try reader.segment.dictionary(column) }
        guard let values = dictionaries[column]?.entry(code) else { return }
        let start = min(consumed[column, default: 0], values.count)
        let rest = UnsafeRawBufferPointer(rebasing: values[start...])
        let n = rest.firstIndex(of: Template.valueEnd) ?? rest.count
        output.append(UnsafeRawBufferPointer(rebasing: rest[..<n]))
        consumed[column] = start + n + 1
    }
}
