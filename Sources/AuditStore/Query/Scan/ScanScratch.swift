package import SegmentFormat
import Shredding

/// What one worker works with: the reader of its segment and memory that is used for row group after row group.
package final class ScanScratch {
    private var segment: SegmentReader?
    private var current: RowGroupReader?
    private var assembler: EventAssembler?
    private var text = ByteArena(capacity: 4096)
    private var masks: [UnsafeMutablePointer<UInt8>] = []
    let words = RowWordPool()
    /// What this worker looked at and what it left out.
    var counts = ScanCounts()
    let integers = IntegerScratch()
    let otherIntegers = IntegerScratch()

    package init() {}

    deinit {
        for mask in masks { mask.deallocate() }
    }

    /// The reader of a segment, at a row group.
    package func open(_ segment: SegmentReader, group: Int) -> RowGroupReader {
        let reader: RowGroupReader
        if let current, self.segment === segment {
            reader = current
        } else {
            reader = RowGroupReader(segment)
            current = reader
            self.segment = segment
            assembler = nil
        }
        reader.open(group)
        return reader
    }

    /// The text of an event of the reader's row group, valid until the next call.
    package func event(_ row: Int, _ reader: RowGroupReader) throws(SegmentError) -> UnsafeRawBufferPointer {
        let assembler: EventAssembler
        if let known = self.assembler, reader === current {
            assembler = known
        } else {
            assembler = try EventAssembler(reader)
            if reader === current { self.assembler = assembler }
        }
        text.removeAll(keepingAtMost: 16 << 20)
        try assembler.append(row: row, to: &text)
        return text.bytes
    }

    /// Borrows a byte for each row of a row group; what is in it is left from before.
    func withMask<R>(_ body: (UnsafeMutablePointer<UInt8>) throws(SegmentError) -> R) throws(SegmentError) -> R {
        let mask = masks.popLast() ?? .allocate(capacity: Limits.rowsPerRowGroup)
        defer { masks.append(mask) }
        return try body(mask)
    }
}
