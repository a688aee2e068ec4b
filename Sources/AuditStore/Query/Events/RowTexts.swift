import SegmentFormat
import Shredding

/// Puts the events of single rows together, with the row groups that were used last kept decoded.
struct RowTexts: ~Copyable {
    private struct Open {
        let segment: UInt64
        let group: Int32
        let assembler: EventAssembler
    }

    private let scan: EventScan
    private var open: [Open] = []
    private var text = ByteArena(capacity: 4096)

    /// Row groups whose columns are kept decoded while rows of several come by turns; each takes a few megabytes.
    private static var openRowGroups: Int { 8 }

    init(_ scan: EventScan) { self.scan = scan }

    /// The event of a row of the segment.
    mutating func event(_ row: TimedRow, of segment: SegmentDescription) throws -> Event {
        try withText(of: row, in: segment) { Event(bytes: Array($0)) }
    }

    /// The text of a row of the segment; it is valid during the call.
    mutating func withText<R>(
        of row: TimedRow, in segment: SegmentDescription, _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R {
        text.removeAll(keepingAtMost: 16 << 20)
        try assembler(row, segment).append(row: Int(row.row), to: &text)
        return try body(text.bytes)
    }

    /// Appends the text of a row of the segment.
    mutating func append(_ row: TimedRow, of segment: SegmentDescription, to text: inout ByteArena) throws {
        try assembler(row, segment).append(row: Int(row.row), to: &text)
    }

    /// What puts the events of the row's row group together.
    private mutating func assembler(_ row: TimedRow, _ segment: SegmentDescription) throws -> EventAssembler {
        if let known = open.first(where: { $0.segment == segment.id && $0.group == row.group }) {
            return known.assembler
        }
        let reader = RowGroupReader(try scan.reader(segment))
        reader.open(Int(row.group))
        if open.count == Self.openRowGroups { open.removeFirst() }
        let assembler = try EventAssembler(reader)
        open.append(Open(segment: segment.id, group: row.group, assembler: assembler))
        return assembler
    }
}
