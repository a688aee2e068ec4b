import Synchronization

/// Decoded pages that are kept for all threads and snapshots that read a store.
///
/// Decoding takes several times as long as what most queries do with the values, so a question that is asked again is answered
/// from here.
package final class PageCache: Sendable {
    package enum Content: UInt8, Sendable { case codes, integers, uuids, dictionary, documents }

    package struct Key: Hashable, Sendable {
        /// `SegmentReader.number`.
        var segment: UInt64
        var content: Content
        var column: UInt32 = 0
        /// The row group; of a page of documents its offset in the file; 0 for a dictionary, which belongs to all row groups.
        var position: UInt64 = 0
    }

    private let segments = Atomic<UInt64>(0)
    private let columns: BoundedCache<Key, CachedPage>
    private let documents: BoundedCache<Key, CachedPage>

    /// Sorted by text, the bodies of neighbouring events lie in pages all over their row group, 96 MiB of them (and one for the
    /// way there). With less, putting events together would decode the same pages over and over.
    private static let smallestDocumentBudget = 2 * 104 << 20

    /// - Parameter budget: bytes of what is kept. Half of them are for bodies, which codes cannot drive out, and which have no
    ///   less than they need.
    package init(budget: Int) {
        columns = BoundedCache(budget: budget / 2)
        documents = BoundedCache(budget: max(budget / 2, Self.smallestDocumentBudget))
    }

    /// A number for a segment. One that is opened anew gets another one: pages of the former go when room is needed.
    func newSegment() -> UInt64 { segments.add(1, ordering: .relaxed).newValue }

    private func cache(_ content: Content) -> BoundedCache<Key, CachedPage> {
        content == .documents ? documents : columns
    }

    func find<Page: CachedPage>(_ key: Key, as type: Page.Type) -> Page? {
        // A key's content decides the type of its page.
        cache(key.content).find(key).map { unsafeDowncast($0, to: type) }
    }

    /// - Returns: the page that is kept for the key: another one if a thread was faster.
    func insert<Page: CachedPage>(_ key: Key, _ page: Page) -> Page {
        // Dictionaries and bodies are used many times over within one query, decoded values once.
        let isCertain = key.content == .dictionary || key.content == .documents
        let kept = cache(key.content).insert(key, page, bytes: page.memory, isCertain: isCertain)
        return unsafeDowncast(kept, to: Page.self)
    }
}
