package import SegmentFormat

/// Open segments and their decoded pages, for all snapshots and queries of one store in this process.
package final class SegmentCache: Sendable {
    package let pages: PageCache
    private let readers: BoundedCache<SegmentDescription, SegmentReader>

    /// - Parameter budget: bytes; an eighth of them for footers.
    package init(budget: Int) {
        readers = BoundedCache(budget: budget / 8)
        pages = PageCache(budget: budget / 8 * 7)
    }

    /// The reader of a segment, opened if it is not known.
    func reader(
        _ segment: SegmentDescription,
        open: (SegmentDescription, PageCache) throws(AuditStoreError) -> SegmentReader
    ) throws(AuditStoreError) -> SegmentReader {
        // By all that the manifest says of it: should somebody replace the files of an open store, ids come again.
        if let known = readers.find(segment) { return known }
        let reader = try open(segment, pages)
        return readers.insert(segment, reader, bytes: reader.metadata.memory, isCertain: true)
    }
}
