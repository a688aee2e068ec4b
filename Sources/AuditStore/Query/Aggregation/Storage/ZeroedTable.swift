import CKernels
import SegmentFormat

/// Memory of zeros, for tables that grow to millions of slots.
///
/// The system zeroes large memory when it is touched, not when it is asked for: a table of a hundred megabytes is there at once, and who
/// fills it can stop. An array would be filled in one piece.
final class ZeroedTable<Element: BitwiseCopyable>: @unchecked Sendable {
    // Written by those who hold it alone: see `ensureUnique`.
    let start: UnsafeMutablePointer<Element>
    let count: Int

    /// - Parameter count: at least 1. All bits zero have to be a valid element.
    init(_ count: Int) {
        self.count = count
        guard let memory = ck_zeroed(UInt64(count), UInt64(MemoryLayout<Element>.stride)) else {
            fatalOutOfMemory()
        }
        start = memory.bindMemory(to: Element.self, capacity: count)
    }

    deinit { ck_free(start) }

    /// Before a write: a table that another value holds too is copied.
    @inline(__always)
    static func ensureUnique(_ table: inout ZeroedTable) {
        if !isKnownUniquelyReferenced(&table) { table = table.copy() }
    }

    @inline(never)
    private func copy() -> ZeroedTable {
        let new = ZeroedTable(count)
        new.start.update(from: start, count: count)
        return new
    }
}
