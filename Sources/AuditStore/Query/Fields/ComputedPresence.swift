import SegmentFormat
import Shredding

extension ComputedField {
    /// Whether events have the field, told by their skeletons where these are enough.
    ///
    /// - Parameter field: this field.
    func presence(_ field: ResolvedField) throws(SegmentError) -> PreparedPredicate {
        if document != nil { return pathInDocument.isEmpty ? .presence(self) : .batch(field, .isPresent) }
        guard let column = segment.column(path: StoreColumn.skeleton) else { return .constant(false) }
        let dictionary = try segment.dictionary(column)
        var certain = [UInt8](repeating: 0, count: dictionary.count + 1)
        var open = certain
        dictionary.forEach { code, template in
            switch JSONText.isPresent(path[...], inTemplate: template) {
            case .some(let isPresent): certain[Int(code)] = isPresent ? 1 : 0
            case nil: open[Int(code)] = 1
            }
        }
        let present = CodeTest(column: column, matches: certain).map { PreparedPredicate.codes($0) }
        let unsure = CodeTest(column: column, matches: open).map { test in
            PreparedPredicate.and([.codes(test), .batch(field, .isPresent)])
        }
        switch (present, unsure) {
        case (let present?, let unsure?): return .or([present, unsure])
        default: return present ?? unsure ?? .constant(false)
        }
    }

    /// Clears the byte of each row without the body, or with null for one.
    func filterPresent(_ mask: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader) throws(SegmentError) {
        guard let document, let documents = reader.chunk(document).documents else {
            return mask.update(repeating: 0, count: reader.rows)
        }
        let codes = try reader.codes(document)
        var isPresent = [UInt8](repeating: 0, count: Int(documents.count) + 1)
        for info in documents.pages where info.count > 0 {
            try SegmentError.checkCancellation()
            let page = try reader.segment.documentPage(documents, code: info.firstCode)
            // Its bytes are its own: the cache may have no room for it.
            defer { withExtendedLifetime(page) {} }
            for i in 0..<page.count where page[i].first != 0x6e { isPresent[Int(page.firstCode) + i] = 1 }
        }
        RowMask.filter(mask, codes, isPresent)
    }
}

extension JSONText {
    /// Whether a template has a value at a path of keys that is not null; nil if that differs from row to row.
    static func isPresent(_ path: ArraySlice<FieldPath.Component>, inTemplate template: UnsafeRawBufferPointer) -> Bool?
    {
        var text = template
        for component in path {
            if text.first == marker { return nil }
            guard case .key(let key) = component else { return nil }
            guard let next = member(key, of: text) else { return false }
            text = next
        }
        return text.first == marker ? nil : RawValue.isValue(text)
    }
}

extension RawValue {
    /// Whether the text is a value other than null.
    static func isValue(_ raw: UnsafeRawBufferPointer) -> Bool { raw.first.map { $0 != 0x6e } ?? false }
}
