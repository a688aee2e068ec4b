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

    private struct State: ~Copyable {
        var builder: SegmentBuilder
        /// By chunk, which is held so that no other takes its identity.
        var entries: [ObjectIdentifier: (chunk: Chunk, entries: [Entry])] = [:]
        /// Lines are copied here: what stands behind them in their chunk is being written.
        var scratch = ByteArena(capacity: 1 << 10)
    }
    private let state: Mutex<State>

    /// Numbers of segments in memory are never used again in this process, and no file has one of them.
    private static let nextID = Atomic<UInt64>(1 << 62)

    init(schema: ShreddingSchema) {
        state = Mutex(State(builder: SegmentBuilder(schema: schema, storeColumns: StoreColumn.ofIngest)))
    }

    func drop(_ chunks: [Chunk]) {
        state.withLock { state in
            for chunk in chunks { state.entries[ObjectIdentifier(chunk)] = nil }
        }
    }

    /// - Parameters:
    ///   - chunks: with the bytes and the marks that count; nothing before `count` changes any more.
    ///   - firstSequence: that of the first event.
    func views(
        of chunks: [(chunk: Chunk, count: Int, marks: LineMarks)], firstSequence: UInt64
    ) throws -> [View] {
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
                    let view = try Self.build(chunk, range, marks.within(range), &state)
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

    private static func build(
        _ chunk: Chunk, _ range: Range<Int>, _ marks: LineMarks, _ state: inout State
    ) throws -> View? {
        state.scratch.removeAll(keepingAtMost: Limits.rawBytesPerChunk)
        state.scratch.append(chunk.base + range.lowerBound, count: range.count)
        // The scanner looks at what stands behind the last line feed.
        state.scratch.reserve(JSONScanner.padding)
        let builder = state.builder
        let base = UnsafeRawPointer(state.scratch.base)
        builder.start(storeValues: EventOrigin().storeValues)
        // What is no event goes to the quarantine when it is sealed.
        try builder.append(linesFrom: base, to: base + range.count, marks: marks) { _, _ in }
        guard let metadata = try builder.finish() else { return nil }
        let bytes = builder.withBytes { Array($0) }
        let times = builder.eventTimes
        let id = nextID.add(1, ordering: .relaxed).oldValue
        let description = SegmentDescription(
            id: id, day: nil, rows: UInt64(metadata.rows), rawBytes: metadata.rawBytes,
            storedBytes: UInt64(bytes.count), firstSequence: 0, lastSequence: UInt64(metadata.rows) - 1,
            smallestTime: times.smallest, largestTime: times.largest, undated: UInt64(times.undated), isCompacted: false
        )
        let reader = try SegmentReader(MemorySource(name: "the active segment", bytes: bytes))
        return View(description: description, reader: reader)
    }
}
