/// A decoded dictionary page: some entries of a dictionary.
package final class DictionaryPage: CachedPage, @unchecked Sendable {
    // Immutable after init, hence safe to share.
    /// The decompressed page, which ends with the entries' text.
    private let page: ByteArena
    /// Where the text begins in it.
    private let start: Int
    private let ends: [UInt32]
    package let firstCode: UInt32
    package var count: Int { ends.count - 1 }

    init(_ arena: consuming ByteArena, info: DictionaryPageInfo) throws(SegmentError) {
        let (start, ends) = try Self.ends(arena.bytes, info)
        self.start = start
        self.ends = ends
        firstCode = info.firstCode
        page = arena
    }

    /// Where the text begins in a page, and where its entries end in the text.
    private static func ends(
        _ page: UnsafeRawBufferPointer, _ info: DictionaryPageInfo
    ) throws(SegmentError) -> (start: Int, ends: [UInt32]) {
        var reader = ByteReader(page, context: "a dictionary page")
        let count = try reader.count(limit: page.count)
        guard count == Int(info.count) else {
            throw .corrupt(
                "a dictionary page has a wrong number of entries", expected: "\(info.count)", found: "\(count)")
        }
        var ends: [UInt32] = [0]
        ends.reserveCapacity(count + 1)
        var end = 0
        for _ in 0..<count {
            end += try reader.count(limit: Limits.pageBytes)
            guard end <= page.count else { throw .corrupt("a dictionary page has entries past its end") }
            ends.append(UInt32(end))
        }
        guard reader.remaining == end else {
            throw .corrupt(
                "a dictionary page has a wrong length", expected: "\(end) bytes of text", found: "\(reader.remaining)")
        }
        return (page.count - end, ends)
    }

    /// The raw JSON of an entry; valid while the page is. `index` counts from 0 within the page.
    @inlinable
    package subscript(index: Int) -> UnsafeRawBufferPointer { entry(index) }

    @usableFromInline
    func entry(_ index: Int) -> UnsafeRawBufferPointer {
        let entry = Int(ends[index])
        return UnsafeRawBufferPointer(
            start: page.bytes.baseAddress! + start + entry, count: Int(ends[index + 1]) - entry)
    }

    override var memory: Int { page.bytes.count + ends.count * 4 }
}

/// All entries of a column's dictionary.
package final class ColumnDictionary: CachedPage, @unchecked Sendable {
    package let pages: [DictionaryPage]
    /// Codes are 1 … count.
    package let count: Int

    init(pages: [DictionaryPage], count: Int) {
        self.pages = pages
        self.count = count
    }

    override var memory: Int { pages.reduce(64) { $0 + $1.memory } }

    /// The raw JSON of a code from 1 on; valid while the dictionary is.
    package func entry(_ code: UInt32) -> UnsafeRawBufferPointer {
        var low = 0
        var high = pages.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if pages[middle].firstCode <= code { low = middle } else { high = middle - 1 }
        }
        return pages[low][Int(code - pages[low].firstCode)]
    }

    /// Every entry once, in order of code.
    package func forEach<Failure: Error>(
        _ body: (UInt32, UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        for page in pages {
            for i in 0..<page.count { try body(page.firstCode + UInt32(i), page[i]) }
        }
    }
}
