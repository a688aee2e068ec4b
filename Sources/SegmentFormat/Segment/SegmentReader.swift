import Synchronization

/// Reads a segment. Opening it reads the header and the footer; everything else is read when it is asked for.
///
/// Shared by all threads; what decodes into memory of its own is `RowGroupReader`.
package final class SegmentReader: Sendable {
    package let source: any SegmentSource
    package let metadata: SegmentMetadata
    /// Rows that nobody is to see any more; nil where there are none.
    package let deleted: RowSet?
    private let columnsByPath: [String: Int]
    private let columnsByID: [UInt16: Int]
    /// Where decoded pages are kept; nil for those who go through a segment once.
    let cache: PageCache?
    /// What tells the segment's pages from others of the cache.
    let number: UInt64
    /// Without a cache, dictionaries are kept here, since every row asks for them, and the last page of documents.
    private let kept: Mutex<[PageCache.Key: CachedPage]> = Mutex([:])
    /// Dictionaries that somebody uses: one may be too large for the cache, and several row groups need it at once.
    private let used: Mutex<[Int: Used]> = Mutex([:])

    private struct Used {
        weak var dictionary: ColumnDictionary?
    }

    /// - Parameters:
    ///   - cache: keeps decoded pages.
    ///   - deleted: rows that nobody is to see any more.
    package init(
        _ source: any SegmentSource, cache: PageCache? = nil, deleted: RowSet? = nil
    ) throws(SegmentError) {
        self.source = source
        self.deleted = deleted
        self.cache = cache
        number = cache?.newSegment() ?? 0
        do {
            metadata = try Self.readMetadata(source)
        } catch { throw error.inFile(source.name) }
        guard deleted?.rowCounts ?? [] == (deleted == nil ? [] : metadata.rowGroups.map { Int($0.rows) }) else {
            throw .corrupt("the tombstones are of other row groups than the segment has").inFile(source.name)
        }
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
        if let dictionary = used.withLock({ $0[column]?.dictionary }) { return dictionary }
        let key = PageCache.Key(segment: number, content: .dictionary, column: UInt32(column))
        let dictionary = try kept(key) { () throws(SegmentError) -> ColumnDictionary in
            let info = metadata.columns[column].dictionary
            var pages: [DictionaryPage] = []
            for page in info.pages {
                try SegmentError.checkCancellation()
                pages.append(try dictionaryPage(page))
            }
            return ColumnDictionary(pages: pages, count: Int(info.count))
        }
        used.withLock { $0[column] = Used(dictionary: dictionary) }
        return dictionary
    }

    /// What was kept for a key, or what `make` makes, which is kept then.
    private func kept<Page: CachedPage>(
        _ key: PageCache.Key, make: () throws(SegmentError) -> Page
    ) throws(SegmentError) -> Page {
        if let cache {
            if let found = cache.find(key, as: Page.self) { return found }
            return cache.insert(key, try make())
        }
        // As in the cache, a key's content decides the type.
        if let found = kept.withLock({ $0[key] }) { return unsafeDowncast(found, to: Page.self) }
        let page = try make()
        kept.withLock { $0[key] = page }
        return page
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
        let key = PageCache.Key(segment: number, content: .documents, position: info.page.offset)
        if cache == nil {
            kept.withLock { kept in
                guard kept[key] == nil else { return }
                kept = kept.filter { $0.key.content != .documents }
            }
        }
        return try kept(key) { () throws(SegmentError) in try dictionaryPage(info) }
    }

    /// Forgets decoded dictionaries, where there is no cache that does so.
    package func dropCaches() { kept.withLock { $0.removeAll() } }
}
