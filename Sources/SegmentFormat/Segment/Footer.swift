/// The footer: where everything is. It is a page like any other, found through the trailer.
extension SegmentMetadata {
    package func encode(to output: inout ByteArena) {
        output.append(string: schema)
        output.append(varint: rawBytes)
        output.append(varint: columns.count)
        for column in columns {
            output.append(varint: UInt64(column.id))
            output.append(column.kind.rawValue)
            output.append(string: column.path)
            Self.append(column.dictionary, to: &output)
        }
        output.append(varint: rowGroups.count)
        for group in rowGroups {
            output.append(varint: UInt64(group.rows))
            Self.append(group.partners, to: &output)
            precondition(group.chunks.count == columns.count)
            for chunk in group.chunks { Self.append(chunk, to: &output) }
        }
    }

    private static func append(_ page: PageReference?, to output: inout ByteArena) {
        guard let page else { return output.append(varint: 0) }
        output.append(varint: UInt64(page.length))
        output.append(varint: page.offset)
    }

    private static func append(_ dictionary: DictionaryInfo, to output: inout ByteArena) {
        output.append(varint: UInt64(dictionary.count))
        output.append(varint: dictionary.pages.count)
        for page in dictionary.pages {
            append(page.page, to: &output)
            output.append(varint: UInt64(page.count))
        }
    }

    private static func append(_ chunk: ChunkInfo, to output: inout ByteArena) {
        output.append(varint: UInt64(chunk.present))
        output.append(varint: UInt64(chunk.smallestCode))
        output.append(varint: UInt64(chunk.largestCode))
        append(chunk.codes, to: &output)
        output.append(varint: UInt64(chunk.firstNew))
        append(chunk.typed, to: &output)
        if chunk.typed != nil {
            output.append(integer: chunk.smallestValue)
            output.append(integer: chunk.largestValue)
        }
        append(chunk.filter, to: &output)
        output.append(chunk.documents == nil ? 0 : 1)
        if let documents = chunk.documents { append(documents, to: &output) }
    }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(SegmentError) {
        self.init()
        var reader = ByteReader(bytes, context: "the footer")
        schema = try reader.string()
        rawBytes = try reader.varint()
        for _ in 0..<(try reader.count(limit: Limits.columnsPerSegment)) {
            let id = UInt16(try reader.count(limit: Int(UInt16.max)))
            guard let kind = ColumnKind(rawValue: try reader.integer()) else {
                throw .corrupt("the footer names an unknown kind of column")
            }
            let path = try reader.string()
            columns.append(ColumnInfo(id: id, kind: kind, path: path, dictionary: try Self.dictionary(&reader)))
        }
        for _ in 0..<(try reader.count(limit: Limits.rowGroupsPerSegment)) {
            var group = RowGroupInfo()
            group.rows = UInt32(try reader.count(limit: Limits.rowsPerRowGroup))
            group.partners = try Self.page(&reader)
            for column in columns {
                let chunk = try Self.chunk(&reader, rows: group.rows)
                // What a reader is going to index by is checked here, once.
                let entries = chunk.documents?.count ?? column.dictionary.count
                guard chunk.largestCode <= max(entries, column.kind.isTyped ? typedCode : 0),
                    chunk.smallestCode <= chunk.largestCode, chunk.present <= group.rows,
                    (chunk.documents != nil) == (column.kind == .document)
                else { throw .corrupt("the footer has an impossible zone map for a chunk of column \(column.path)") }
                group.chunks.append(chunk)
            }
            rowGroups.append(group)
        }
        guard reader.remaining == 0 else { throw .corrupt("the footer has bytes left over") }
    }

    private static func page(_ reader: inout ByteReader) throws(SegmentError) -> PageReference? {
        let length = try reader.count(limit: Limits.pageBytes + SegmentLayout.pageHeaderBytes)
        guard length > 0 else { return nil }
        return PageReference(offset: try reader.varint(), length: UInt32(length))
    }

    private static func dictionary(_ reader: inout ByteReader) throws(SegmentError) -> DictionaryInfo {
        var dictionary = DictionaryInfo()
        dictionary.count = UInt32(try reader.count(limit: Limits.entriesPerDictionary))
        var next: UInt64 = 1
        for _ in 0..<(try reader.count(limit: reader.remaining / 2)) {
            guard let reference = try page(&reader) else { throw .corrupt("the footer lacks a dictionary page") }
            let count = UInt32(try reader.count(limit: Int(dictionary.count)))
            dictionary.pages.append(DictionaryPageInfo(page: reference, firstCode: UInt32(next), count: count))
            next += UInt64(count)
            guard next <= UInt64(dictionary.count) + 1 else {
                throw .corrupt("the footer has too many entries in pages")
            }
        }
        guard next == UInt64(dictionary.count) + 1 else { throw .corrupt("the footer has too few entries in pages") }
        return dictionary
    }

    private static func chunk(_ reader: inout ByteReader, rows: UInt32) throws(SegmentError) -> ChunkInfo {
        var chunk = ChunkInfo()
        chunk.present = UInt32(try reader.count(limit: Int(rows)))
        chunk.smallestCode = UInt32(try reader.count(limit: Int(Int32.max)))
        chunk.largestCode = UInt32(try reader.count(limit: Int(Int32.max)))
        chunk.codes = try page(&reader)
        chunk.firstNew = UInt32(try reader.count(limit: Int(Int32.max)))
        chunk.typed = try page(&reader)
        if chunk.typed != nil {
            chunk.smallestValue = try reader.integer()
            chunk.largestValue = try reader.integer()
        }
        chunk.filter = try page(&reader)
        let hasDocuments: UInt8 = try reader.integer()
        if hasDocuments != 0 { chunk.documents = try dictionary(&reader) }
        return chunk
    }
}
