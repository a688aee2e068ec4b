import SegmentFormat
import Shredding

/// A field without a column of its own: a path within a body, in the residual, or of an object as a whole; or the event's
/// whole text.
///
/// It is evaluated once for each distinct body where that is possible; else the event is put together and walked through,
/// but only where its skeleton says that the path can lead anywhere, and only for rows that are still in question.
package struct ComputedField: Sendable {
    let segment: SegmentReader
    /// Empty for the event's text.
    let path: [FieldPath.Component]
    private let transform: FieldReference.Transform?
    /// The column of the body that the path leads into.
    let document: Int?
    /// The path within the body.
    let pathInDocument: ArraySlice<FieldPath.Component>

    init(
        _ segment: SegmentReader, path: [FieldPath.Component], _ transform: FieldReference.Transform?,
        document: Int? = nil, documentKeys: Int = 0
    ) {
        self.segment = segment
        self.path = path
        self.transform = transform
        self.document = document
        pathInDocument = path.dropFirst(documentKeys)
    }

    var isWholeEvent: Bool { path.isEmpty }
    var isTransformed: Bool { transform != nil }

    /// Whether any event of the segment can have the field.
    func isAnywhere() throws(SegmentError) -> Bool {
        guard document == nil, !isWholeEvent else { return true }
        return try skeletons().contains(1)
    }

    /// For each skeleton whether its events can have the field.
    private func skeletons() throws(SegmentError) -> [UInt8] {
        guard let column = segment.column(path: StoreColumn.skeleton) else { return [0] }
        let dictionary = try segment.dictionary(column)
        var mayHold = [UInt8](repeating: 0, count: dictionary.count + 1)
        dictionary.forEach { code, template in
            if case .absent = JSONText.lookUp(path[...], inTemplate: template) { return }
            mayHold[Int(code)] = 1
        }
        return mayHold
    }

    /// The field in the current row group. Rows whose byte in `mask` is 0 are left out.
    func batch(_ reader: RowGroupReader, _ mask: UnsafePointer<UInt8>?, _ scratch: ScanScratch) throws(SegmentError)
        -> CodedBatch
    {
        let buffer = CodeBuffer(rows: reader.rows)
        var interner = ValueInterner()
        if let document {
            try scanDocuments(document, reader, mask, scratch, buffer, &interner)
        } else {
            try scanEvents(reader, mask, scratch, buffer, &interner)
        }
        return CodedBatch(buffer, interner.table)
    }

    private func evaluate(_ text: UnsafeRawBufferPointer, _ path: ArraySlice<FieldPath.Component>) -> EventValue? {
        let value =
            isWholeEvent ? .string(String(decoding: text, as: UTF8.self)) : JSONText.value(at: path, of: text)
        guard let transform else { return value }
        return value.flatMap(transform)
    }

    private func scanEvents(
        _ reader: RowGroupReader, _ mask: UnsafePointer<UInt8>?, _ scratch: ScanScratch, _ buffer: CodeBuffer,
        _ interner: inout ValueInterner
    ) throws(SegmentError) {
        guard let skeletonColumn = segment.column(path: StoreColumn.skeleton) else { return }
        let mayHold = isWholeEvent ? [] : try skeletons()
        let codes = try reader.codes(skeletonColumn)
        for row in 0..<reader.rows where mask == nil || mask![row] != 0 {
            guard isWholeEvent || mayHold[Int(codes[row])] != 0 else { continue }
            if row & 15 == 0 { try SegmentError.checkCancellation() }
            let text = try scratch.event(row, reader)
            if let value = evaluate(text, path[...]) { buffer.codes[row] = interner.code(value) }
        }
    }

    /// Bodies are looked at in the order of their codes, so that each page of them is decoded once.
    private func scanDocuments(
        _ column: Int, _ reader: RowGroupReader, _ mask: UnsafePointer<UInt8>?, _ scratch: ScanScratch,
        _ buffer: CodeBuffer, _ interner: inout ValueInterner
    ) throws(SegmentError) {
        guard let documents = reader.chunk(column).documents else { return }
        let codes = try reader.codes(column)
        var rows: [UInt64] = []
        for row in 0..<reader.rows where codes[row] != absentCode && (mask == nil || mask![row] != 0) {
            rows.append(UInt64(codes[row]) << 32 | UInt64(row))
        }
        rows.sort()
        var page: DictionaryPage?
        var current = absentCode
        /// The value of the current body; nil if it differs from row to row.
        var constant: UInt32?
        var assembler = DocumentAssembler(reader)
        for (i, entry) in rows.enumerated() {
            if i & 15 == 0 { try SegmentError.checkCancellation() }
            let row = Int(UInt32(truncatingIfNeeded: entry))
            let code = UInt32(entry >> 32)
            if page == nil || Int(code - page!.firstCode) >= page!.count {
                page = try segment.documentPage(documents, code: code)
            }
            let text = page![Int(code - page!.firstCode)]
            if code != current {
                current = code
                switch JSONText.lookUp(pathInDocument, inTemplate: text) {
                case .absent: constant = absentCode
                case .text(let text, let rest): constant = evaluate(text, rest).map { interner.code($0) } ?? absentCode
                case .varies: constant = nil
                }
            }
            if let constant {
                buffer.codes[row] = constant
            } else {
                let whole = try assembler.text(of: text, row: row)
                if let value = evaluate(whole, pathInDocument) { buffer.codes[row] = interner.code(value) }
            }
        }
        withExtendedLifetime(page) {}
    }
}
