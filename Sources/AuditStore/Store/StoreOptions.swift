/// How a store is opened.
public struct StoreOptions: Sendable, Hashable {
    /// Bytes of decoded pages, dictionaries and footers that are kept for the next query; what queries use for their groups is
    /// counted apart (``QueryOptions/memoryBudget``). With 0, every query decodes what it needs.
    ///
    /// A column takes 4 bytes an event here, a time 8.
    public var pageCacheBudget: Int

    public init(pageCacheBudget: Int = 256_000_000) { self.pageCacheBudget = pageCacheBudget }
}
