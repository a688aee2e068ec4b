/// What a `PageCache` keeps: decoded values of a column, or dictionaries. Immutable once it is in a cache.
package class CachedPage: @unchecked Sendable {
    /// Bytes that it takes.
    var memory: Int { 0 }
}
