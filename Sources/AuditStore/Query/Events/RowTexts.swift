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
        var index = open.firstIndex { $0.segment == segment.id && $0.group == row.group }
        if index == nil {
            let reader = RowGroupReader(try scan.reader(segment))
            reader.open(Int(row.group))
            if open.count == Self.openRowGroups { open.removeFirst() }
            open.append(Open(segment: segment.id, group: row.group, assembler: try EventAssembler(reader)))
            index = open.count - 1
        }
        text.removeAll(keepingAtMost: 16 << 20)
        try open[index!].assembler.append(row: Int(row.row), to: &text)
        return try body(text.bytes)
    }
}
