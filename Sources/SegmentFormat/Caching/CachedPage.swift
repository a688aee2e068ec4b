/// What a `PageCache` keeps: a decoded page, or a dictionary of several. Immutable once it is in a cache.
package class CachedPage: @unchecked Sendable {
    /// Bytes that it takes.
    var memory: Int { 0 }
}

/// The decoded values of a column in one row group, one a row.
package final class DecodedPage<Value: BitwiseCopyable>: CachedPage, @unchecked Sendable {
    // Written by one thread until it is handed out, and never after that.
    let values: UnsafeMutableBufferPointer<Value>

    init(capacity: Int) { values = .allocate(capacity: max(capacity, 1)) }

    deinit { values.deallocate() }

    override var memory: Int { values.count * MemoryLayout<Value>.stride }
}
