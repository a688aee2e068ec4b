import SegmentFormat

/// Everything that can be read from a segment, as one value to compare.
struct SegmentContents: Equatable {
    var dictionaries: [[[UInt8]]] = []
    var codes: [[[UInt32]]] = []
    /// 0 where a value is not typed.
    var times: [[[Int64]]] = []
    var uuids: [[[UUIDBytes]]] = []
    var documents: [[[[UInt8]]]] = []
    /// Whether each UUID is found by the filter of its row group.
    var isFiltered = true

    init() {}

    init(reading bytes: [UInt8]) throws(SegmentError) {
        let segment = try SegmentReader(MemorySource(name: "memory", bytes: bytes))
        try segment.verify()
        let reader = RowGroupReader(segment)
        for column in segment.metadata.columns.indices {
            var entries: [[UInt8]] = []
            if segment.metadata.columns[column].kind != .document {
                let dictionary = try segment.dictionary(column)
                for page in dictionary.pages { for i in 0..<page.count { entries.append(Array(page[i])) } }
            }
            dictionaries.append(entries)
        }
        for group in segment.metadata.rowGroups.indices {
            reader.open(group)
            try append(reader)
        }
    }

    private mutating func append(_ reader: RowGroupReader) throws(SegmentError) {
        var groupCodes: [[UInt32]] = []
        var groupTimes: [[Int64]] = []
        var groupUUIDs: [[UUIDBytes]] = []
        var groupDocuments: [[[UInt8]]] = []
        for (index, column) in reader.segment.metadata.columns.enumerated() {
            let codes = Array(try reader.codes(index))
            groupCodes.append(codes)
            let isTyped = codes.map { $0 == typedCode }
            if column.kind == .timestamp || column.kind == .sequence {
                groupTimes.append(zip(Array(try reader.times(index)), isTyped).map { $1 ? $0 : 0 })
            }
            if column.kind == .uuid {
                let nobody = UUIDBytes(high: 0, low: 0)
                let found = zip(Array(try reader.uuids(index)), isTyped).map { $1 ? $0 : nobody }
                for (uuid, typed) in zip(found, isTyped) where typed {
                    isFiltered = try reader.mayContain(uuid, column: index) && isFiltered
                }
                groupUUIDs.append(found)
            }
            if column.kind == .document, let documents = reader.chunk(index).documents {
                var entries: [[UInt8]] = []
                for code in 0..<documents.count {
                    let page = try reader.segment.documentPage(documents, code: code + 1)
                    entries.append(Array(page[Int(code + 1 - page.firstCode)]))
                }
                groupDocuments.append(entries)
            }
        }
        codes.append(groupCodes)
        times.append(groupTimes)
        uuids.append(groupUUIDs)
        documents.append(groupDocuments)
    }
}

extension RandomSegment {
    /// What reading has to give.
    var contents: SegmentContents {
        var contents = SegmentContents()
        contents.dictionaries = dictionaries
        let nobody = UUIDBytes(high: 0, low: 0)
        for group in groups {
            contents.codes.append(group.codes)
            var times: [[Int64]] = []
            for (index, column) in Self.columns.enumerated() where column.kind == .timestamp || column.kind == .sequence
            {
                times.append(zip(group.times[index], group.codes[index]).map { $1 == typedCode ? $0 : 0 })
            }
            contents.times.append(times)
            let identity = Self.columns.firstIndex { $0.kind == .uuid }!
            contents.uuids.append([zip(group.uuids, group.codes[identity]).map { $1 == typedCode ? $0 : nobody }])
            let body = Self.columns.firstIndex { $0.kind == .document }!
            contents.documents.append([group.isMissing[body] ? [] : group.documents])
        }
        return contents
    }
}
