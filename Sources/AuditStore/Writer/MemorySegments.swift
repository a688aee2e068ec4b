import SegmentFormat
import Shredding
import Synchronization

/// Makes segments in memory of lines that are in no file yet, so that a query finds them like all others.
///
/// A snapshot shreds only the lines that came since the last one. A new segment takes over those before it that are not
/// larger than itself, so that a chunk has O(log n) of them, and each line is shredded O(log n) times.
package final class MemorySegments: Sendable {
    /// A segment in memory, as a snapshot sees it.
    package struct View: Sendable {
        var description: SegmentDescription
        var reader: SegmentReader
    }

    /// A part of a chunk and what it became; nil if no line of it is an event.
    private struct Entry {
        var range: Range<Int>
        var view: View?
    }

    /// Lines of a chunk: the bytes and the marks that count. Nothing before `count` changes any more.
    typealias Lines = (chunk: Chunk, count: Int, marks: LineMarks)

    private struct State: ~Copyable {
        var builder: MemorySegmentBuilder
        /// By chunk, which is held so that no other takes its identity.
        var entries: [ObjectIdentifier: (chunk: Chunk, entries: [Entry])] = [:]
    }
    private let state: Mutex<State>

    init(schema: ShreddingSchema) {
        state = Mutex(State(builder: MemorySegmentBuilder(schema: schema)))
    }

    func drop(_ chunks: [Chunk]) {
        state.withLock { state in
            for chunk in chunks { state.entries[ObjectIdentifier(chunk)] = nil }
        }
    }

    /// - Parameter firstSequence: that of the first event.
    func views(of chunks: [Lines], firstSequence: UInt64) throws -> [View] {
        try state.withLock { state in
            var views: [View] = []
            var sequence = firstSequence
            for (chunk, count, marks) in chunks {
                try Task.checkCancellation()
                var entries = state.entries[ObjectIdentifier(chunk)]?.entries ?? []
                var start = entries.last?.range.upperBound ?? 0
                // Of a snapshot that is older than another one. What came later it must not see, not even the beginning of an append
                // that goes on in the next chunk; what it sees is not kept.
                let isOlder = start > count
                while start != count, let last = entries.last,
                    isOlder ? last.range.upperBound > count : last.range.count <= count - start
                {
                    start = last.range.lowerBound
                    entries.removeLast()
                }
                if start < count {
                    let range = start..<count
                    let view = try state.builder.build(chunk, range, marks.within(range))
                    entries.append(Entry(range: range, view: view))
                    if !isOlder { state.entries[ObjectIdentifier(chunk)] = (chunk, entries) }
                }
                for var view in entries.compactMap(\.view) {
                    view.description.firstSequence += sequence
                    view.description.lastSequence += sequence
                    sequence += view.description.rows
                    views.append(view)
                }
            }
            // Of chunks that were sealed while a snapshot was made of them.
            let listed = Set(chunks.map { ObjectIdentifier($0.chunk) })
            state.entries = state.entries.filter { listed.contains($0.key) }
            return views
        }
    }
}
