package import SegmentFormat
package import Shredding

/// Writes the rows of several segments as one: columns are copied by code, and only distinct values are touched.
///
/// Both compaction and the division of a chunk that spans midnight are merges.
package final class SegmentMerger {
    private let schema: ShreddingSchema
    private let writer: SegmentWriter
    private let columns: UnsafeMutablePointer<Column>
    private var columnCount = 0
    private var columnsByPath: [String: Int] = [:]
    private var writtenColumns = 0
    private var rows = 0
    private let sequenceColumn: Int
    private var shredder: DocumentShredder
    private let documentsArePrefixes: [String]
    /// Sequences count from here.
    package let firstSequence: UInt64
    package private(set) var lastSequence: UInt64
    package private(set) var totalRows: UInt64 = 0
    /// Of the events that were read; nil if nobody asked for it.
    package private(set) var digest: TextDigest?
    private var scratch = ByteArena(capacity: 1 << 16)
    private let pace: WorkPace

    /// Bodies of a row group, so that sorting them stays within memory.
    private static let documentBytesPerRowGroup = 96 << 20
    private static let rowsPerStep = 256
    /// Values of all rows, which are in memory until the segment ends: beyond so many another segment begins.
    private static let dictionaryBytesPerSegment = 64 << 20

    /// - Parameters:
    ///   - firstSequence: that of the first row that will be appended.
    ///   - shreddedPaths: paths within documents that get columns of their own.
    ///   - isDigested: puts all events together as they are read, for who wants to compare.
    ///   - pace: called every few milliseconds.
    package init(
        schema: ShreddingSchema, profile: SegmentProfile, firstSequence: UInt64, shreddedPaths: [DocumentPath],
        isDigested: Bool = false, compressor: Compressor, pace: @escaping WorkPace = { try Task.checkCancellation() },
        sink: @escaping SegmentWriter.Sink
    ) {
        self.schema = schema
        self.pace = pace
        digest = isDigested ? TextDigest() : nil
        self.firstSequence = firstSequence
        lastSequence = firstSequence
        writer = SegmentWriter(schema: schema.name, profile: profile, compressor: compressor, sink: sink)
        columns = .allocate(capacity: Limits.columnsPerSegment)
        documentsArePrefixes = schema.documents.map { $0.joined(separator: "\u{1}") + "\u{1}" }
        shredder = DocumentShredder(paths: shreddedPaths)
        (columns).initialize(to: Column(id: 0, kind: .sequence, path: Array(StoreColumn.sequence.utf8)))
        columnCount = 1
        sequenceColumn = 0
        columnsByPath[StoreColumn.sequence] = 0
        // Skeletons first: their templates name the columns that come after.
        _ = column(StoreColumn.skeleton, kind: .dictionary)
        for path in schema.times { _ = column(path.keys.joined(separator: "\u{1}"), kind: .timestamp) }
        for (index, path) in shreddedPaths.enumerated() {
            shredder.setColumn(column(path.columnPath, kind: .dictionary), of: index)
        }
    }

    deinit {
        columns.deinitialize(count: columnCount)
        columns.deallocate()
    }

    private func column(_ path: String, kind: ColumnKind) -> Int {
        if let known = columnsByPath[path] { return known }
        precondition(columnCount < Limits.columnsPerSegment)
        (columns + columnCount).initialize(to: Column(id: UInt16(columnCount), kind: kind, path: Array(path.utf8)))
        columnsByPath[path] = columnCount
        columnCount += 1
        return columnCount - 1
    }

    /// Whether the segment's columns find room beside those that are here.
    package func hasRoom(for segment: SegmentReader) -> Bool {
        hasColumns(for: segment) && dictionaryBytes <= Self.dictionaryBytesPerSegment
            && writtenRowGroups + segment.metadata.rowGroups.count + 2 <= Limits.rowGroupsPerSegment
    }

    private func hasColumns(for segment: SegmentReader) -> Bool {
        var new = 0
        for column in segment.metadata.columns where columnsByPath[column.path] == nil && !isShredded(column.path) {
            new += 1
        }
        return columnCount + new <= Limits.columnsPerSegment
    }
    private var writtenRowGroups = 0

    /// Whether the path lies within a document: such columns are made anew from the documents.
    private func isShredded(_ path: String) -> Bool { documentsArePrefixes.contains { path.hasPrefix($0) } }

    // MARK: Appending

    /// Appends rows of a segment.
    /// - Parameters:
    ///   - base: the sequence that the segment's sequences count from.
    ///   - select: the rows of a row group to take, ascending; all if nil.
    package func append(
        _ segment: SegmentReader, base: UInt64, select: ((RowGroupReader) throws -> [Int32])? = nil
    ) throws {
        // A writer leaves room for the columns that every segment has.
        guard hasColumns(for: segment) else {
            throw SegmentError(.corrupt, "a segment of too many columns", file: segment.source.name)
        }
        let reader = RowGroupReader(segment)
        let source = try MergeSource(reader, isShredded: isShredded)
        let assembler = try EventAssembler(reader)
        let sequence = segment.column(path: StoreColumn.sequence)
        var rowsBefore = 0
        for group in segment.metadata.rowGroups.indices {
            reader.open(group)
            source.forgetDocuments()
            let picked = try select?(reader)
            let count = picked?.count ?? reader.rows
            var next = 0
            while next < count {
                try pace()
                let n = min(count - next, Limits.rowsPerRowGroup - rows, Self.rowsPerStep)
                try appendRows(source, assembler, picked, from: next, count: n)
                let sequences = try sequence.map { try reader.times($0) }
                for i in 0..<n {
                    let row = picked.map { Int($0[next + i]) } ?? next + i
                    let absolute = base + (sequences.map { UInt64(bitPattern: $0[row]) } ?? UInt64(rowsBefore + row))
                    columns[sequenceColumn].times![rows + i] = Int64(bitPattern: absolute &- firstSequence)
                    columns[sequenceColumn].codes[rows + i] = typedCode
                    lastSequence = absolute
                }
                columns[sequenceColumn].lastRow = rows + n - 1
                if picked != nil || digest != nil {
                    for i in 0..<n {
                        scratch.removeAll()
                        try assembler.append(row: picked.map { Int($0[next + i]) } ?? next + i, to: &scratch)
                        digest?.add(scratch.bytes)
                        if picked != nil { writer.addRawBytes(UInt64(scratch.bytes.count) + 1) }
                    }
                }
                rows += n
                totalRows += UInt64(n)
                next += n
                if rows == Limits.rowsPerRowGroup || documentBytes > Self.documentBytesPerRowGroup {
                    try flush()
                    source.forgetDocuments()
                }
            }
            rowsBefore += reader.rows
        }
        // Its dictionaries are not needed again; the next segment's take their place.
        segment.dropCaches()
        if select == nil { writer.addRawBytes(segment.metadata.rawBytes) }
    }

    private var dictionaryBytes: Int {
        var sum = 0
        for i in 0..<columnCount where columns[i].kind != .document { sum += columns[i].dictionary.values.bytes.count }
        return sum
    }

    private var documentBytes: Int {
        var sum = 0
        for i in 0..<columnCount where columns[i].kind == .document { sum += columns[i].dictionary.values.bytes.count }
        return sum
    }

    private func appendRows(
        _ source: MergeSource, _ assembler: EventAssembler, _ picked: [Int32]?, from first: Int, count n: Int
    ) throws {
        for index in source.columns.indices {
            let info = source.columns[index]
            guard info.isCopied, source.reader.chunk(index).present > 0 else { continue }
            let target = column(info.path, kind: info.kind)
            let codes = try source.reader.codes(index)
            let isDocument = info.kind == .document
            let times = info.kind == .timestamp ? try source.reader.times(index) : nil
            let uuids = info.kind == .uuid ? try source.reader.uuids(index) : nil
            let out = columns + target
            var any = false
            for i in 0..<n {
                let row = picked.map { Int($0[first + i]) } ?? first + i
                let code = codes[row]
                if code == absentCode { continue }
                any = true
                if code == typedCode, info.kind.isTyped {
                    out.pointee.codes[rows + i] = typedCode
                    if let times { out.pointee.times![rows + i] = times[row] }
                    if let uuids { out.pointee.uuids![rows + i] = uuids[row] }
                } else if isDocument {
                    try appendDocument(
                        source, assembler, column: index, code: code, row: row, target: target, at: rows + i)
                } else {
                    var mapped = source.map(index, code)
                    if mapped == 0 {
                        mapped = try intern(source, index, code, in: target)
                        try source.setMap(index, code, mapped)
                    }
                    out.pointee.codes[rows + i] = mapped
                }
            }
            if any { out.pointee.lastRow = rows + n - 1 }
        }
    }

    private func intern(_ source: MergeSource, _ index: Int, _ code: UInt32, in target: Int) throws -> UInt32 {
        let entry = try source.dictionary(index).entry(code)
        guard source.columns[index].path == StoreColumn.skeleton else {
            return columns[target].dictionary.code(entry.baseAddress!, entry.count)
        }
        scratch.removeAll()
        for part in Template.Parts(entry) {
            switch part {
            case .text(let text): scratch.append(text)
            case .value(let id):
                let column = try source.column(id: id)
                scratch.append(Template.marker)
                scratch.append(varint: self.column(source.columns[column].path, kind: source.columns[column].kind))
            }
        }
        return columns[target].dictionary.code(scratch.bytes.baseAddress!, scratch.bytes.count)
    }

    /// A body is the same text for all rows with its code, unless values were shredded out of it.
    private func appendDocument(
        _ source: MergeSource, _ assembler: EventAssembler, column index: Int, code: UInt32, row: Int, target: Int,
        at newRow: Int
    ) throws {
        if !source.hasShreddedColumns, let known = source.documents[index]?[code] {
            setValue(target, known.code, newRow)
            for (column, value) in known.values { setValue(column, value, newRow) }
            return
        }
        // Its page may have to be decompressed.
        try pace()
        scratch.removeAll()
        assembler.startRow()
        try assembler.append(column: index, row: row, to: &scratch)
        // The scanner wants a line feed and padding after the text.
        let count = scratch.bytes.count
        scratch.append(0x0a)
        let path = source.columns[index].path
        let values = shredder.shred(scratch.bytes.baseAddress!, count, document: path)
        let newCode = columns[target].dictionary.code(shredder.text.bytes.baseAddress!, shredder.text.bytes.count)
        setValue(target, newCode, newRow)
        var copied: [(column: Int, code: UInt32)] = []
        for (column, range) in values {
            let text = shredder.values.bytes.baseAddress! + range.lowerBound
            let valueCode = columns[column].dictionary.code(text, range.count)
            copied.append((column, valueCode))
            setValue(column, valueCode, newRow)
        }
        if !source.hasShreddedColumns { source.documents[index, default: [:]][code] = (newCode, copied) }
    }

    private func setValue(_ column: Int, _ code: UInt32, _ row: Int) {
        columns[column].codes[row] = code
        columns[column].lastRow = row
    }

    // MARK: Writing

    private func flush() throws {
        guard rows > 0 else { return }
        var sorted: [SortedDocuments] = []
        var chunks: [ChunkInput?] = []
        for i in 0..<columnCount {
            if i >= writtenColumns {
                writer.addColumn(
                    id: columns[i].id, kind: columns[i].kind, path: String(decoding: columns[i].path, as: UTF8.self))
                writtenColumns += 1
            }
            var chunk = columns[i].chunk(rows: rows)
            if writer.profile == .compacted, let documents = chunk?.documents {
                let order = try SortedDocuments(documents, codes: columns[i].codes, rows: rows, pace: pace)
                sorted.append(order)
                chunk?.documents = order.input
            }
            chunks.append(chunk)
        }
        try withExtendedLifetime(sorted) {
            try writer.appendRowGroup(rows: rows, rawBytes: 0, chunks: chunks)
        }
        for i in 0..<columnCount { columns[i].startRowGroup() }
        rows = 0
        writtenRowGroups += 1
    }

    /// Writes what is left; nil if no row was appended.
    package func finish() throws -> SegmentMetadata? {
        try flush()
        guard totalRows > 0 else { return nil }
        for i in 0..<writtenColumns where columns[i].kind != .document {
            try writer.appendDictionary(columns[i].dictionary.input, ofColumn: i)
        }
        return try writer.finish()
    }

    package var bytesWritten: UInt64 { writer.bytesWritten }
}

extension SegmentDescription {
    /// Says what was written; the times are not known here.
    mutating func describe(_ metadata: SegmentMetadata, of merger: SegmentMerger) {
        rows = UInt64(metadata.rows)
        rawBytes = metadata.rawBytes
        storedBytes = merger.bytesWritten
        lastSequence = merger.lastSequence
    }
}
