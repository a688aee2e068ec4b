package import SegmentFormat
import Shredding

/// What a field is in one segment.
package enum ResolvedField: Sendable {
    /// No event of the segment has it.
    case absent
    /// A column with a dictionary.
    case dictionary(column: Int, ValueTable)
    case integers(IntegerField, transform: FieldReference.Transform?)
    /// A column of UUIDs, which has no dictionary of the usual ones.
    case identities(column: Int, ValueTable)
    /// No column of its own: found in bodies, in the residual, or in the event's text.
    case computed(ComputedField)
}

extension SegmentReader {
    /// Finds out what a field is in this segment.
    package func resolve(_ field: FieldReference, schema: SchemaDescription) throws(SegmentError) -> ResolvedField {
        switch field.source {
        case .store(let name):
            guard let column = column(path: name) else { return .absent }
            return .dictionary(column: column, try table(column, path: [], field.transform))
        case .raw: return .computed(ComputedField(self, path: [], field.transform))
        case .difference(let minuend, let subtrahend):
            guard let first = try timeColumn(minuend, schema), let second = try timeColumn(subtrahend, schema) else {
                return .absent
            }
            return .integers(IntegerField(time: first, subtrahend: second), transform: field.transform)
        case .path(let path): return try resolve(path, field.transform, schema)
        }
    }

    private func resolve(
        _ path: [FieldPath.Component], _ transform: FieldReference.Transform?, _ schema: SchemaDescription
    ) throws(SegmentError) -> ResolvedField {
        // The keys up to the first position lead to a column; positions and what follows lie within its values.
        let split = path.firstIndex { if case .key = $0 { false } else { true } } ?? path.endIndex
        guard let keys = FieldReference.keys(Array(path[..<split])) else { return .absent }
        let document = schema.shredding.documents.first { $0.count <= keys.count && Array(keys[..<$0.count]) == $0 }
        let name = Self.joined(keys)
        if document == nil, let column = column(path: name), !hasMembers(name) {
            if split == path.endIndex, schema.isTime(keys) {
                let format = schema.shredding.timeFormat(of: keys)
                let time = try TimeColumn(self, column: column, format: format)
                return .integers(IntegerField(time: time, subtrahend: nil), transform: transform)
            }
            switch metadata.columns[column].kind {
            case .dictionary, .sequence:
                return .dictionary(column: column, try table(column, path: Array(path[split...]), transform))
            case .uuid where split == path.endIndex:
                return .identities(column: column, try table(column, path: [], transform))
            default: break
            }
        } else if document == nil, split == path.endIndex, schema.isTime(keys) {
            return .absent
        }
        let documentColumn = document.flatMap { column(path: Self.joined($0)) }
        if document != nil, documentColumn == nil { return .absent }
        let field = ComputedField(
            self, path: path, transform, document: documentColumn, documentKeys: document?.count ?? 0)
        return try field.isAnywhere() ? .computed(field) : .absent
    }

    /// Whether the value of a column is an object in other events, so that it has to be looked for in their structure.
    private func hasMembers(_ name: String) -> Bool {
        let length = name.utf8.count
        return metadata.columns.contains { column in
            let path = column.path.utf8
            return path.count > length && path.starts(with: name.utf8) && path.dropFirst(length).first == 0x01
        }
    }

    private func table(
        _ column: Int, path: [FieldPath.Component], _ transform: FieldReference.Transform?
    ) throws(SegmentError) -> ValueTable {
        let dictionary = try dictionary(column)
        return ValueTable(.dictionary(dictionary, path: path), count: dictionary.count, transform: transform)
    }

    /// The column of a time of the schema.
    package func timeColumn(_ keys: [String], _ schema: SchemaDescription) throws(SegmentError) -> TimeColumn? {
        guard let column = column(path: Self.joined(keys)) else { return nil }
        return try TimeColumn(self, column: column, format: schema.shredding.timeFormat(of: keys))
    }

    /// The name of a column: raw keys joined by U+0001.
    package static func joined(_ keys: [String]) -> String {
        keys.map { key in
            guard key.utf8.contains(where: { $0 == 0x22 || $0 == 0x5c }) else { return key }
            return String(key.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
        }.joined(separator: "\u{1}")
    }
}
