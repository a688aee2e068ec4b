package import SegmentFormat

/// Turns lines into a young segment: shreds them, and writes a row group whenever one is full.
///
/// One worker owns one builder and uses it for chunk after chunk; the finished segment is in memory, because a chunk is.
package final class SegmentBuilder {
    package private(set) var shredder: Shredder
    private let writer: SegmentWriter
    private var rowGroups = 0
    private var writtenColumns = 0
    private let storeColumns: [String]
    package private(set) var eventTimes = EventTimes()
    /// Values of the store columns, quoted as JSON strings, from a row of the row group on.
    private var storeRuns: [(row: Int, values: [[UInt8]?])] = []
    /// Rows of the row group that get a value in the column of flags.
    private var flaggedRows: [Int] = []
    /// Where rows do not simply follow each other: the sequences of the row group's rows, as the rows from which on they do.
    private var sequenceRuns: [(row: Int, sequence: UInt64)] = []
    /// Their column, made when it is needed first.
    private var sequences: UnsafeMutablePointer<Column>?
    /// Columns before those of the shredder.
    private var firstColumn = 0

    package init(schema: ShreddingSchema, storeColumns: [String]) {
        shredder = Shredder(schema: schema, storeColumns: storeColumns)
        self.storeColumns = storeColumns
        writer = SegmentWriter(schema: schema.name, profile: .young, compressor: Compressor(), sink: nil)
    }

    deinit {
        sequences?.deinitialize(count: 1)
        sequences?.deallocate()
    }

    /// Starts a chunk. - Parameter storeValues: one for each store column, nil for none.
    package func start(storeValues: [[UInt8]?]) {
        sequenceRuns = []
        firstColumn = 0
        shredder.startSegment()
        eventTimes = EventTimes()
        storeRuns = [(0, storeValues)]
        flaggedRows = []
        writer.startSegment()
        rowGroups = 0
        writtenColumns = 0
    }

    /// Shreds the lines from `start` up to `end`, which is behind a line feed.
    ///
    /// Precondition: that of `Shredder.shred(line:)`. Documents stay where they stand while a row group is filled, so the
    /// memory must stay as it is until `finish`, or as long as `needsText`.
    package func append(
        linesFrom start: UnsafeRawPointer, to end: UnsafeRawPointer,
        malformed: (JSONFailure, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var line = start
        while line < end {
            switch shredder.shred(line: line) {
            case .event(let next):
                line = next
                if shredder.rows == Limits.rowsPerRowGroup { try flushRowGroup() }
            case .malformed(let failure, let next):
                try malformed(failure, UnsafeRawBufferPointer(start: line, count: next - line - 1))
                line = next
            }
        }
    }

    /// The same for lines of which some are flagged: their rows say that their identity is not their own.
    ///
    /// - Parameter flagged: where these begin, counted from `start`, ascending.
    package func append(
        linesFrom start: UnsafeRawPointer, to end: UnsafeRawPointer, flagged: [Int],
        malformed: (JSONFailure, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var line = start
        for offset in flagged {
            let next = start + offset
            try append(linesFrom: line, to: next, malformed: malformed)
            switch shredder.shred(line: next) {
            case .event(let behind):
                flaggedRows.append(shredder.rows - 1)
                if shredder.rows == Limits.rowsPerRowGroup { try flushRowGroup() }
                line = behind
            case .malformed(let failure, let behind):
                try malformed(failure, UnsafeRawBufferPointer(start: next, count: behind - next - 1))
                line = behind
            }
        }
        try append(linesFrom: line, to: end, malformed: malformed)
    }

    /// Gives the rows from the next one on other values in the store columns.
    package func goOn(storeValues: [[UInt8]?]) {
        if storeRuns.last?.row == shredder.rows { storeRuns.removeLast() }
        storeRuns.append((shredder.rows, storeValues))
    }

    /// Says that the rows from the next one on have this and the following sequences, counted from the segment's first. Once for a
    /// segment, this has to be said of its first row, too.
    package func goOn(atSequence sequence: UInt64) { sequenceRuns.append((shredder.rows, sequence)) }

    /// Of the finished segment, if it was told sequences.
    package var lastSequence: UInt64 { (sequenceRuns.last?.sequence ?? 1) - 1 }

    /// Whether the segment may have no room for as many lines as there are in some hundred kilobytes.
    package var isNearlyFull: Bool { rowGroups + 4 > Limits.rowGroupsPerSegment }

    /// Whether there are documents in the row group: they are where they were read.
    package var needsText: Bool { !shredder.documents.isEmpty }

    /// Writes the row group that is being filled: its text is needed no longer.
    package func flushRowGroup() throws {
        // Without a row there may be documents all the same: of lines that turned out to be no events.
        guard shredder.rows > 0 else { return shredder.forgetDocuments() }
        let rows = shredder.rows
        eventTimes.add(shredder: shredder)
        fillStoreColumns()
        var chunks: [ChunkInput?] = []
        if let sequences = fillSequences(rows) { chunks.append(sequences) }
        for i in 0..<shredder.columnCount {
            // Not `shredder.columns[i]`: Swift 6.3 cannot compile that with the thread sanitizer.
            let column = shredder.columns + i
            if i >= writtenColumns {
                writer.addColumn(
                    id: column.pointee.id, kind: column.pointee.kind,
                    path: String(decoding: column.pointee.path, as: UTF8.self))
                writtenColumns += 1
            }
            chunks.append(column.pointee.chunk(rows: rows))
        }
        let documents = try shredder.withFragments { try writer.appendDocuments(&$0) }
        try writer.appendRowGroup(
            rows: rows, rawBytes: UInt64(shredder.rawBytes), chunks: chunks, documents: documents)
        rowGroups += 1
        shredder.startRowGroup()
        sequences?.pointee.startRowGroup()
    }

    /// A column of its own: no young segment has as many others.
    private static let sequenceColumn = UInt16(Limits.columnsPerSegment - 1)

    /// The chunk of the column of sequences; nil where rows follow each other.
    private func fillSequences(_ rows: Int) -> ChunkInput? {
        guard let last = sequenceRuns.last else { return nil }
        let column = sequences ?? .allocate(capacity: 1)
        if sequences == nil {
            column.initialize(
                to: Column(id: Self.sequenceColumn, kind: .sequence, path: Array(StoreColumn.sequence.utf8)))
            sequences = column
        }
        if firstColumn == 0 {
            writer.addColumn(id: Self.sequenceColumn, kind: .sequence, path: StoreColumn.sequence)
            firstColumn = 1
        }
        for (index, run) in sequenceRuns.enumerated() {
            let end = index + 1 < sequenceRuns.count ? sequenceRuns[index + 1].row : rows
            for row in run.row..<end {
                column.pointee.times![row] = Int64(bitPattern: run.sequence) + Int64(row - run.row)
                column.pointee.codes[row] = typedCode
            }
        }
        column.pointee.lastRow = rows - 1
        sequenceRuns = [(0, last.sequence + UInt64(rows - last.row))]
        return column.pointee.chunk(rows: rows)
    }

    private func fillStoreColumns() {
        for (index, run) in storeRuns.enumerated() {
            let end = index + 1 < storeRuns.count ? storeRuns[index + 1].row : shredder.rows
            guard run.row < end else { continue }
            for (i, value) in run.values.enumerated() {
                if let value { shredder.setStoreColumn(i, of: run.row..<end, to: value) }
            }
        }
        if let last = storeRuns.last { storeRuns = [(0, last.values)] }
        guard !flaggedRows.isEmpty, let flags = storeColumns.firstIndex(of: StoreColumn.flags) else { return }
        shredder.setStoreColumn(flags, of: flaggedRows, to: Array(StoreColumn.identityReused.utf8))
        flaggedRows = []
    }

    /// Writes the last row group, the dictionaries and the footer. nil if the chunk had no event.
    package func finish() throws -> SegmentMetadata? {
        try flushRowGroup()
        guard rowGroups > 0 else { return nil }
        for i in 0..<writtenColumns where shredder.columns[i].kind != .document {
            try writer.appendDictionary(shredder.columns[i].dictionary.input, ofColumn: firstColumn + i)
        }
        return try writer.finish()
    }

    /// The finished segment.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try writer.withUnflushedBytes(body)
    }
}
