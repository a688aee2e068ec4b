import SegmentFormat
import Shredding
import Synchronization

/// The events of a stream that are acknowledged and in no segment file yet: their lines, until they are sealed.
///
/// The lines are cut into *parts*, each of which a seal turns into the segments of one commit: the part that is filled, and
/// at most one before it that is being sealed.
final class ActiveSegment: Sendable {
    /// What one seal takes: lines in chunks, and what was damaged in the files of the WAL they came from.
    struct Part {
        var chunks: [Chunk] = []
        var damage: [WALDamage] = []
        /// Where the WAL begins once this is sealed.
        var end: WALPosition
        /// Bytes of the lines.
        var bytes = 0
        /// When its first event came.
        var begin: ContinuousClock.Instant?

        var isEmpty: Bool { chunks.isEmpty && damage.isEmpty }
    }

    private struct State {
        /// The number of the first event that is in no segment.
        var firstRecord: UInt64
        var sealing: Part?
        var current: Part
    }
    private let state: Mutex<State>
    private let chunkBytes: Int
    private let views: MemorySegments

    /// - Parameter chunkBytes: lines that become one segment, at most, unless a single one is longer.
    init(schema: ShreddingSchema, position: WALPosition, chunkBytes: Int = Limits.rawBytesPerChunk) {
        self.chunkBytes = chunkBytes
        views = MemorySegments(schema: schema)
        state = Mutex(State(firstRecord: position.record, current: Part(end: position)))
    }

    // MARK: Filling

    /// Takes events over; all of them are visible together.
    ///
    /// - Parameter nextRecord: the number of the event after the last one.
    func append(_ events: WALEvents, nextRecord: UInt64) {
        state.withLock { state in
            state.current.begin = state.current.begin ?? .now
            state.current.bytes += events.lines.count
            state.current.end.record = nextRecord
            var flagged = events.flagged[...]
            var start = 0
            for (line, end) in events.ends.enumerated() {
                let chunk = Self.chunk(for: end - start, chunkBytes, &state.current)
                chunk.marks.goOn(from: events.origin, at: chunk.count)
                if flagged.first == line {
                    flagged.removeFirst()
                    chunk.marks.flagged.append(chunk.count)
                }
                (chunk.base + chunk.count).copyMemory(
                    from: events.lines.baseAddress! + start, byteCount: end - start)
                chunk.count += end - start
                start = end
            }
        }
    }

    /// The chunk that a line goes into.
    private static func chunk(for bytes: Int, _ chunkBytes: Int, _ part: inout Part) -> Chunk {
        if let chunk = part.chunks.last, chunk.count + bytes <= chunkBytes { return chunk }
        let chunk = Chunk(capacity: max(chunkBytes, bytes))
        chunk.input = "stream"
        part.chunks.append(chunk)
        return chunk
    }

    /// What cannot be read of the WAL: its bytes go to the quarantine with the next seal.
    func append(_ damage: [WALDamage], nextRecord: UInt64) {
        state.withLock {
            $0.current.damage += damage
            $0.current.end.record = nextRecord
        }
    }

    /// The lines of the part that is filled, without their line feeds, and where they are from.
    func forEachLine(_ body: (UnsafeRawBufferPointer, EventOrigin) -> Void) {
        for chunk in state.withLock({ $0.current.chunks }) {
            var origins = chunk.marks.origins[...]
            var origin = EventOrigin()
            var start = 0
            while let end = LineFeeds.first(in: chunk.bytes, from: start) {
                if let next = origins.first, next.offset == start {
                    origin = next.origin
                    origins.removeFirst()
                }
                body(UnsafeRawBufferPointer(rebasing: chunk.bytes[start..<end]), origin)
                start = end + 1
            }
        }
    }

    // MARK: Sealing

    /// Bytes of the lines of the part that is filled, and when its first came.
    var current: (bytes: Int, begin: ContinuousClock.Instant?) {
        state.withLock { ($0.current.bytes, $0.current.begin) }
    }

    /// Whether the next append has to wait for a seal.
    func waitsForSeal(_ sealBytes: Int) -> Bool {
        state.withLock { $0.sealing != nil && $0.current.bytes >= sealBytes }
    }

    var isEmpty: Bool { state.withLock { $0.current.isEmpty } }

    /// Events that are in no segment, by their numbers.
    var events: UInt64 { state.withLock { $0.current.end.record - $0.firstRecord } }

    /// The part that is to be sealed.
    var sealing: Part? { state.withLock { $0.sealing } }

    /// Begins another part; what there is waits to be sealed. - Precondition: nothing does yet.
    func freeze(walFile: UInt64) {
        state.withLock { state in
            precondition(state.sealing == nil)
            state.current.end.file = walFile
            state.sealing = state.current
            state.current = Part(end: state.current.end)
        }
    }

    /// Forgets the part that is sealed.
    func dropSealed() {
        let sealed = state.withLock { state -> Part? in
            guard let sealed = state.sealing else { return nil }
            state.firstRecord = sealed.end.record
            state.sealing = nil
            return sealed
        }
        views.drop(sealed?.chunks ?? [])
    }

    // MARK: Reading

    /// Segments in memory of all events from a position on; nil if some of them were sealed after that.
    ///
    /// - Parameter firstSequence: what their sequences count from.
    func segments(from position: WALPosition, firstSequence: UInt64) throws -> [MemorySegments.View]? {
        let chunks = state.withLock { state -> [(chunk: Chunk, count: Int, marks: LineMarks)]? in
            var parts = [state.current]
            if let sealing = state.sealing, position.record != sealing.end.record { parts.insert(sealing, at: 0) }
            let begin = parts.count == 2 || state.sealing == nil ? state.firstRecord : state.sealing!.end.record
            guard begin == position.record else { return nil }
            return parts.flatMap(\.chunks).map { ($0, $0.count, $0.marks) }
        }
        guard let chunks else { return nil }
        return try views.views(of: chunks, firstSequence: firstSequence)
    }
}
