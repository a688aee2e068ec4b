import SegmentFormat
import Shredding

/// Goes through the matching rows of one segment, row group by row group, and puts their events together.
final class RowCursor {
    let segment: SegmentDescription
    private let reader: RowGroupReader
    private let scratch: ScanScratch
    private let predicate: PreparedPredicate
    private let output: ByteArenaBox
    private var assembler: EventAssembler
    private var group = -1
    private var firstRow = 0
    private var rows: [UInt32] = []
    private var next = 0
    private var sequences: RowSequences?
    private let first: UInt64
    /// Ingest sequence of the current row.
    private(set) var sequence: UInt64 = 0

    private final class ByteArenaBox {
        var bytes = ByteArena(capacity: 4096)
    }

    /// - Parameter first: rows with a smaller sequence are passed over.
    init(
        _ segment: SegmentDescription, _ reader: SegmentReader, _ predicate: PreparedPredicate, from first: UInt64 = 0
    ) throws(SegmentError) {
        self.first = first
        scratch = ScanScratch()
        self.segment = segment
        self.predicate = predicate
        self.reader = scratch.open(reader, group: 0)
        assembler = try EventAssembler(self.reader)
        output = ByteArenaBox()
    }

    /// What was looked at so far.
    var counts: ScanCounts { scratch.counts }

    private var row: Int { Int(rows[next - 1]) }

    /// Goes to the next matching row; false at the end.
    func advance() throws -> Bool {
        while next == rows.count {
            guard try openNextGroup() else { return false }
        }
        next += 1
        sequence = sequences![row]
        return true
    }

    private func openNextGroup() throws -> Bool {
        try checkCancellation()
        if group >= 0 { firstRow += reader.rows }
        group += 1
        guard group < reader.segment.metadata.rowGroups.count else { return false }
        reader.open(group)
        next = 0
        rows = []
        // Rows are in the order of their sequences.
        if first > segment.firstSequence {
            let sequences = try RowSequences(segment, firstRow, reader)
            if sequences[reader.rows - 1] < first { return true }
        }
        rows = try predicate.matchingRows(reader, scratch)
        guard !rows.isEmpty else { return true }
        let sequences = try RowSequences(segment, firstRow, reader)
        if let passed = rows.firstIndex(where: { sequences[Int($0)] >= first }) {
            next = passed
            self.sequences = sequences
        } else {
            rows = []
        }
        return true
    }

    /// The bytes of the current event; valid until the next call.
    func event() throws(SegmentError) -> UnsafeRawBufferPointer {
        output.bytes.removeAll(keepingAtMost: 16 << 20)
        try assembler.append(row: row, to: &output.bytes)
        return output.bytes.bytes
    }
}
