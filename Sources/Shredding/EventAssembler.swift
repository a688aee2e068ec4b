package import SegmentFormat

/// Puts events together again: the skeleton's text with each column's value in its place. One a thread.
package final class EventAssembler {
    private enum Part {
        case text(start: Int, count: Int)
        /// Index of the column in the segment.
        case value(Int)
    }

    private let reader: RowGroupReader
    private let skeletons: ColumnDictionary
    private let skeletonColumn: Int
    private let residualColumn: Int?
    /// The parts of each skeleton, by code, once it has been met.
    private var templates: [UInt32: [Part]] = [:]
    /// Dictionaries of the columns, once they have been met.
    private var dictionaries: [ColumnDictionary?]
    /// How far the residual and the columns of shredded bodies have been used up in the current row.
    private var consumed: [Int: Int] = [:]

    package init(_ reader: RowGroupReader) throws(SegmentError) {
        self.reader = reader
        guard let skeletonColumn = reader.segment.column(path: StoreColumn.skeleton) else {
            throw .corrupt("no column of skeletons").inFile(reader.segment.source.name)
        }
        self.skeletonColumn = skeletonColumn
        residualColumn = reader.segment.column(path: StoreColumn.residual)
        skeletons = try reader.segment.dictionary(skeletonColumn)
        dictionaries = Array(repeating: nil, count: reader.segment.metadata.columns.count)
    }

    /// Appends the exact bytes of the event in `row` of the reader's row group, without a line end.
    package func append(row: Int, to output: inout ByteArena) throws(SegmentError) {
        let code = try reader.code(skeletonColumn, row)
        guard code != absentCode else { throw .corrupt("a row without a skeleton").inFile(reader.segment.source.name) }
        startRow()
        let parts = try parts(of: code)
        let text = skeletons.entry(code).baseAddress
        for part in parts {
            switch part {
            case .text(let start, let count): if let text { output.append(text + start, count: count) }
            case .value(let column): try append(column: column, row: row, to: &output)
            }
        }
    }

    /// Before values of a row are asked for one by one: lists of values are given out from their first again.
    package func startRow() { consumed.removeAll(keepingCapacity: true) }

    private func parts(of code: UInt32) throws(SegmentError) -> [Part] {
        if let known = templates[code] { return known }
        let entry = skeletons.entry(code)
        var parts: [Part] = []
        for part in Template.Parts(entry) {
            switch part {
            case .text(let text):
                parts.append(.text(start: text.baseAddress! - entry.baseAddress!, count: text.count))
            case .value(let id): parts.append(.value(try column(id)))
            }
        }
        templates[code] = parts
        return parts
    }

    private func column(_ id: UInt16) throws(SegmentError) -> Int {
        guard let column = reader.segment.column(id: id) else {
            throw .corrupt("a template names column \(id), which the segment lacks").inFile(reader.segment.source.name)
        }
        return column
    }

    /// Appends the value of a column in a row as it stands in the event; nothing if it has none.
    package func append(column: Int, row: Int, to output: inout ByteArena) throws(SegmentError) {
        let info = reader.segment.metadata.columns[column]
        let code = try reader.code(column, row)
        guard code != absentCode else { return }
        switch info.kind {
        case .timestamp where code == typedCode: CanonicalTime.append(try reader.time(column, row), to: &output)
        case .uuid where code == typedCode: CanonicalUUID.append(try reader.uuids(column)[row], to: &output)
        case .sequence where code == typedCode: break
        case .document:
            guard let documents = reader.chunk(column).documents else { return }
            let page = try reader.segment.documentPage(documents, code: code)
            defer { extendLifetime(page) }
            try append(document: page[Int(code - page.firstCode)], row: row, to: &output)
        default:
            let value = try dictionary(column).entry(code)
            if column == residualColumn { appendNext(of: column, value, to: &output) } else { output.append(value) }
        }
    }

    private func dictionary(_ column: Int) throws(SegmentError) -> ColumnDictionary {
        if let known = dictionaries[column] { return known }
        let dictionary = try reader.segment.dictionary(column)
        dictionaries[column] = dictionary
        return dictionary
    }

    /// A body: a template itself where values were shredded out of it.
    private func append(document: UnsafeRawBufferPointer, row: Int, to output: inout ByteArena) throws(SegmentError) {
        for part in Template.Parts(document) {
            switch part {
            case .text(let text): output.append(text)
            case .value(let id):
                let column = try column(id)
                let code = try reader.code(column, row)
                guard code != absentCode else { continue }
                appendNext(of: column, try dictionary(column).entry(code), to: &output)
            }
        }
    }

    /// The next of the values that a column has for the current row.
    private func appendNext(of column: Int, _ values: UnsafeRawBufferPointer, to output: inout ByteArena) {
        let start = min(consumed[column, default: 0], values.count)
        let rest = UnsafeRawBufferPointer(rebasing: values[start...])
        let n = rest.firstIndex(of: Template.valueEnd) ?? rest.count
        output.append(UnsafeRawBufferPointer(rebasing: rest[..<n]))
        consumed[column] = start + n + 1
    }
}
