import Synchronization

/// Counts what is read while it is the current one of a task and its child tasks.
package final class ReadCounters: Sendable {
    @TaskLocal package static var current: ReadCounters?

    private let pages = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    package init() {}

    /// Pages that were read, checked and decompressed.
    package var pagesDecoded: Int { pages.load(ordering: .relaxed) }
    /// Their bytes as stored, and those of headers and trailers.
    package var bytesRead: Int { bytes.load(ordering: .relaxed) }

    func addPage() { pages.add(1, ordering: .relaxed) }
    func addBytes(_ count: Int) { bytes.add(count, ordering: .relaxed) }
}
