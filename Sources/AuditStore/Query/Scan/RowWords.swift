import SegmentFormat

/// Memory for a number a row. It goes back to the worker that it came from when nobody holds it any more: fresh memory costs more
/// than what is done with it.
final class RowWords {
    let start: UnsafeMutablePointer<UInt32>
    private let pool: RowWordPool
    private let isPooled: Bool

    /// - Parameter count: more than a row group has rows, where rows are expanded by lists.
    init(_ count: Int, from pool: RowWordPool) {
        self.pool = pool
        isPooled = count <= RowWordPool.capacity
        start = isPooled ? pool.take() : .allocate(capacity: count)
    }

    deinit { if isPooled { pool.give(start) } else { start.deallocate() } }
}

/// The memory that a worker's `RowWords` are made of.
final class RowWordPool {
    /// One more than rows, for loops that write before they know whether to count.
    static let capacity = Limits.rowsPerRowGroup + 1
    private var free: [UnsafeMutablePointer<UInt32>] = []

    deinit { for memory in free { memory.deallocate() } }

    fileprivate func take() -> UnsafeMutablePointer<UInt32> { free.popLast() ?? .allocate(capacity: Self.capacity) }
    fileprivate func give(_ memory: UnsafeMutablePointer<UInt32>) { free.append(memory) }
}

/// A number for each row of a list.
struct RowIDs {
    let ids: UnsafePointer<UInt32>
    /// Whoever's memory it is.
    private let owner: AnyObject?

    init(_ words: RowWords) {
        ids = UnsafePointer(words.start)
        owner = words
    }

    /// Codes of a batch as they are.
    init(_ batch: CodedBatch) {
        ids = batch.codes.baseAddress!
        owner = batch.owner
    }
}
