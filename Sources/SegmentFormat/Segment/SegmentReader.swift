import Synchronization

/// Reads a segment. Opening it reads the header and the footer; everything else is read when it is asked for.
///
/// Shared by all threads; what decodes into memory of its own is `RowGroupReader`.
package final class SegmentReader: Sendable {
    package let source: any SegmentSource
    package let metadata: SegmentMetadata
    private let columnsByPath: [String: Int]
    private let columnsByID: [UInt16: Int]
    private let dictionaries: Mutex<[Int: ColumnDictionary]> = Mutex([:])
    private let documentPages: Mutex<[(offset: UInt64, page: DictionaryPage)]> = Mutex([])

    /// Bytes of decoded pages of documents that are kept. Sorted by text, the bodies of neighbouring events lie in pages
    /// all over the row group, so what is kept is about a row group's.
    private static let keptDocumentBytes = 128 << 20

    package init(_ source: any SegmentSource) throws(SegmentError) {
        self.source = source
        do {
            metadata = try Self.readMetadata(source)
        } catch { throw error.inFile(source.name) }
        var byPath: [String: Int] = [:]
        var byID: [UInt16: Int] = [:]
        for (index, column) in metadata.columns.enumerated() {
            guard byPath.updateValue(index, forKey: column.path) == nil,
                byID.updateValue(index, forKey: column.id) == nil
            else {
                throw .corrupt("the footer names a column twice").inFile(source.name)
            }
        }
        columnsByPath = byPath
        columnsByID = byID
    }

    private static func readMetadata(_ source: any SegmentSource) throws(SegmentError) -> SegmentMetadata {
        let smallest = UInt64(SegmentLayout.headerBytes + SegmentLayout.trailerBytes)
        guard source.size >= smallest else {
            throw .corrupt("too short for a segment", expected: "at least \(smallest) bytes", found: "\(source.size)")
        }
        let header = try read(source, 0, SegmentLayout.headerBytes)
        defer { extendLifetime(header) }
        try SegmentLayout.checkHeader(header.bytes)
        let end = source.size - UInt64(SegmentLayout.trailerBytes)
        let trailer = try read(source, end, SegmentLayout.trailerBytes)
        defer { extendLifetime(trailer) }
        var reader = ByteReader(trailer.bytes, context: "the trailer")
        let offset: UInt64 = try reader.integer()
        let length: UInt64 = try reader.integer()
        let checksum: UInt64 = try reader.integer()
        let magic: UInt64 = try reader.integer()
        let found = XXH64.hash(UnsafeRawBufferPointer(rebasing: trailer.bytes[..<16]), seed: end + 16)
        guard magic == SegmentLayout.magic, checksum == found else {
            throw .corrupt(
                "the trailer is damaged", offset: end, expected: SegmentLayout.hex(found),
                found: SegmentLayout.hex(checksum))
        }
        guard offset >= UInt64(SegmentLayout.headerBytes), length <= UInt64(Limits.footerBytes), offset <= end,
            offset + length == end
        else { throw .corrupt("the footer is not where the trailer says", offset: end) }
        let footer = try page(source, PageReference(offset: offset, length: UInt32(length)), role: .footer)
        defer { extendLifetime(footer) }
        return try SegmentMetadata(decoding: footer.bytes)
    }

    private static func read(_ source: any SegmentSource, _ offset: UInt64, _ n: Int) throws(SegmentError) -> ByteArena
    {
        var arena = ByteArena(capacity: n)
        try source.read(at: offset, into: UnsafeMutableRawBufferPointer(start: arena.base, count: n))
        arena.commit(n)
        ReadCounters.current?.addBytes(n)
        return arena
    }

    /// Reads, checks and decompresses a page.
    private static func page(
        _ source: any SegmentSource, _ reference: PageReference, role: PageHeader.Role
    ) throws(SegmentError) -> ByteArena {
        guard reference.length >= UInt32(SegmentLayout.pageHeaderBytes),
            reference.offset <= source.size, UInt64(reference.length) <= source.size - reference.offset
        else { throw .corrupt("a page lies outside the file", offset: reference.offset) }
        let stored = try read(source, reference.offset, Int(reference.length))
        defer { extendLifetime(stored) }
        do {
            let (header, bytes) = try PageHeader.check(stored.bytes, offset: reference.offset, role: role)
            var raw = ByteArena(capacity: header.rawBytes)
            try decompress(bytes, codec: header.codec, into: raw.base, count: header.rawBytes)
            raw.commit(header.rawBytes)
            ReadCounters.current?.addPage()
            return raw
        } catch {
            var located = error
            located.offset = reference.offset
            throw located
        }
    }

    package func page(_ reference: PageReference, role: PageHeader.Role) throws(SegmentError) -> ByteArena {
        do { return try Self.page(source, reference, role: role) } catch { throw error.inFile(source.name) }
    }

    // MARK: Columns

    package func column(path: String) -> Int? { columnsByPath[path] }
    package func column(id: UInt16) -> Int? { columnsByID[id] }

    /// The dictionary of a column, decoded once and kept.
    package func dictionary(_ column: Int) throws(SegmentError) -> ColumnDictionary {
        if let found = dictionaries.withLock({ $0[column] }) { return found }
        let info = metadata.columns[column].dictionary
        var pages: [DictionaryPage] = []
        for page in info.pages {
            try SegmentError.checkCancellation()
            pages.append(try dictionaryPage(page))
        }
        let dictionary = ColumnDictionary(pages: pages, count: Int(info.count))
        dictionaries.withLock { $0[column] = dictionary }
        return dictionary
    }

    package func dictionaryPage(_ info: DictionaryPageInfo) throws(SegmentError) -> DictionaryPage {
        let raw = try page(info.page, role: .dictionary)
        do { return try DictionaryPage(raw, info: info) } catch {
            var located = error
            located.offset = info.page.offset
            throw located.inFile(source.name)
        }
    }

    /// The page of a row group's documents that holds `code`; the last few are kept.
    package func documentPage(_ documents: DictionaryInfo, code: UInt32) throws(SegmentError) -> DictionaryPage {
        var low = 0
        var high = documents.pages.count - 1
        guard high >= 0, code >= 1, code <= documents.count else {
            throw .corrupt("a document that its dictionary lacks").inFile(source.name)
        }
        while low < high {
            let middle = (low + high + 1) / 2
            if documents.pages[middle].firstCode <= code { low = middle } else { high = middle - 1 }
        }
        let info = documents.pages[low]
        let kept = documentPages.withLock { pages -> DictionaryPage? in
            guard let index = pages.firstIndex(where: { $0.offset == info.page.offset }) else { return nil }
            // The one used last stands at the end, and goes last.
            pages.append(pages.remove(at: index))
            return pages.last?.page
        }
        if let kept { return kept }
        let page = try dictionaryPage(info)
        documentPages.withLock {
            $0.append((info.page.offset, page))
            while $0.count > 1, $0.reduce(0, { $0 + $1.page.memory }) > Self.keptDocumentBytes { $0.removeFirst() }
        }
        return page
    }

    /// Forgets decoded dictionaries.
    package func dropCaches() {
        dictionaries.withLock { $0.removeAll() }
        documentPages.withLock { $0.removeAll() }
    }
}
