import SegmentFormat
import Shredding
import Synchronization

/// Turns lines into a segment in memory.
struct MemorySegmentBuilder: ~Copyable {
    private let builder: SegmentBuilder
    /// Lines are copied here: what stands behind them in their chunk is being written.
    private var scratch = ByteArena(capacity: 1 << 10)

    /// Numbers of segments in memory are never used again in this process, and no file has one of them.
    private static let nextID = Atomic<UInt64>(1 << 62)

    init(schema: ShreddingSchema) {
        builder = SegmentBuilder(schema: schema, storeColumns: StoreColumn.ofIngest)
    }

    /// - Parameters:
    ///   - range: whole lines of the chunk.
    ///   - marks: of the range, counted from its first line.
    /// - Returns: nil if no line is an event. Sequences count from 0.
    mutating func build(
        _ chunk: Chunk, _ range: Range<Int>, _ marks: LineMarks
    ) throws -> MemorySegments.View? {
        scratch.removeAll(keepingAtMost: Limits.rawBytesPerChunk)
        scratch.append(chunk.base + range.lowerBound, count: range.count)
        // The scanner looks at what stands behind the last line feed.
        scratch.reserve(JSONScanner.padding)
        let base = UnsafeRawPointer(scratch.base)
        builder.start(storeValues: EventOrigin().storeValues)
        // What is no event goes to the quarantine when it is sealed.
        try builder.append(linesFrom: base, to: base + range.count, marks: marks) { _, _ in }
        guard let metadata = try builder.finish() else { return nil }
        let bytes = builder.withBytes { Array($0) }
        let times = builder.eventTimes
        let id = Self.nextID.add(1, ordering: .relaxed).oldValue
        let description = SegmentDescription(
            id: id, day: nil, rows: UInt64(metadata.rows), rawBytes: metadata.rawBytes,
            storedBytes: UInt64(bytes.count), firstSequence: 0, lastSequence: UInt64(metadata.rows) - 1,
            smallestTime: times.smallest, largestTime: times.largest, undated: UInt64(times.undated), isCompacted: false
        )
        let reader = try SegmentReader(MemorySource(name: "the active segment", bytes: bytes))
        return MemorySegments.View(description: description, reader: reader)
    }
}
