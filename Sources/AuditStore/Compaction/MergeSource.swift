import SegmentFormat
import Shredding

/// A segment that is being merged: what each of its codes has become.
final class MergeSource {
    struct SourceColumn {
        var path: String
        var kind: ColumnKind
        /// Its values are copied: not the sequence, and not what was shredded out of documents.
        var isCopied: Bool
    }

    let reader: RowGroupReader
    let columns: [SourceColumn]
    /// Values were shredded out of the documents: the same text can stand for different ones.
    let hasShreddedColumns: Bool
    /// By column and code: what documents of the row group have become in the one that is being written.
    var documents: [Int: [UInt32: (code: UInt32, values: [(column: Int, code: UInt32)])]] = [:]
    /// By column; empty until the first code of a column is set, when its dictionary was read: a footer can claim any number of
    /// entries.
    private var maps: [[UInt32]]
    private var dictionaries: [ColumnDictionary?]

    init(_ reader: RowGroupReader, isShredded: (String) -> Bool) throws {
        self.reader = reader
        let metadata = reader.segment.metadata
        columns = metadata.columns.map {
            SourceColumn(
                path: $0.path, kind: $0.kind, isCopied: $0.path != StoreColumn.sequence && !isShredded($0.path))
        }
        hasShreddedColumns = metadata.columns.contains { isShredded($0.path) }
        maps = metadata.columns.map { _ in [] }
        dictionaries = metadata.columns.map { _ in nil }
    }

    /// Documents have a dictionary a row group: what their codes have become holds while both the row group that is read and the one
    /// that is written are the same.
    func forgetDocuments() { documents.removeAll() }

    /// What a code has become; 0 if that is not known yet.
    func map(_ column: Int, _ code: UInt32) -> UInt32 { maps[column].isEmpty ? 0 : maps[column][Int(code)] }

    func setMap(_ column: Int, _ code: UInt32, _ new: UInt32) throws {
        if maps[column].isEmpty { maps[column] = Array(repeating: 0, count: try dictionary(column).count + 1) }
        maps[column][Int(code)] = new
    }

    func dictionary(_ column: Int) throws -> ColumnDictionary {
        if let known = dictionaries[column] { return known }
        let dictionary = try reader.segment.dictionary(column)
        dictionaries[column] = dictionary
        return dictionary
    }

    func column(id: UInt16) throws -> Int {
        guard let column = reader.segment.column(id: id) else {
            throw SegmentError(
                .corrupt, "a template names a column that the segment lacks", file: reader.segment.source.name)
        }
        return column
    }
}
