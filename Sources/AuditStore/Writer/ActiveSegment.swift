import SegmentFormat
import Shredding
import Synchronization

/// The events of a stream that are acknowledged and in no segment file yet: their lines, until they are sealed.
///
/// The lines are cut into *parts*, each of which a seal turns into the segments of one commit: the part that is filled, and
/// at most one before it that is being sealed. What a former writer left is a part, too, whose lines stay in the WAL.
final class ActiveSegment: Sendable {
    /// What one seal takes: lines in chunks, or what a former writer left.
    struct Part {
        var chunks: [Chunk] = []
        var left: LeftEvents?
        /// What was read of inputs, to be noted with its events.
        var progress: [InputProgress] = []
        /// Where the WAL begins once this is sealed.
        var end: WALPosition
        /// Bytes of the lines.
        var bytes = 0
        /// When its first event came.
        var begin: ContinuousClock.Instant?

        var isEmpty: Bool { chunks.isEmpty }

        mutating func append(_ events: WALEvents, chunkBytes: Int) {
            bytes += events.lines.count
            for progress in events.progress { self.progress.join(progress) }
            var flagged = events.flagged[...]
            var start = 0
            for (line, end) in events.ends.enumerated() {
                let chunk = chunk(for: end - start, chunkBytes)
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

        /// The chunk that a line goes into.
        private mutating func chunk(for bytes: Int, _ chunkBytes: Int) -> Chunk {
            if let chunk = chunks.last, chunk.count + bytes <= chunkBytes { return chunk }
            let chunk = Chunk(capacity: max(chunkBytes, bytes))
            chunk.input = "stream"
            chunks.append(chunk)
            return chunk
        }
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
    /// - Parameter position: the first event that is in no segment.
    init(schema: ShreddingSchema, position: WALPosition, chunkBytes: Int = Limits.rawBytesPerChunk) {
        self.chunkBytes = chunkBytes
        views = MemorySegments(schema: schema)
        state = Mutex(State(firstRecord: position.record, current: Part(end: position)))
    }

    /// Takes over what a former writer left, to be sealed first. - Precondition: nothing was appended yet.
    ///
    /// - Parameter end: the first file and the first event that are not of it.
    func take(_ left: LeftEvents, end: WALPosition) {
        state.withLock { state in
            var part = Part(end: end)
            part.left = left
            state.sealing = part
            state.current.end = end
        }
    }

    // MARK: Filling

    /// Takes events over; all of them are visible together.
    ///
    /// - Parameter nextRecord: the number of the event after the last one.
    func append(_ events: WALEvents, nextRecord: UInt64) {
        state.withLock { state in
            state.current.begin = state.current.begin ?? .now
            state.current.end.record = nextRecord
            state.current.append(events, chunkBytes: chunkBytes)
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

    /// Whether the manifest may not know yet how far inputs were read. What a former writer left is not looked into.
    var hasProgress: Bool {
        state.withLock { state in
            let sealing = state.sealing.map { $0.left != nil || !$0.progress.isEmpty } ?? false
            return sealing || !state.current.progress.isEmpty
        }
    }

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
        typealias Found = (left: LeftEvents?, chunks: [MemorySegments.Lines])
        let found = state.withLock { state -> Found? in
            var parts = [state.current]
            if let sealing = state.sealing, position.record != sealing.end.record { parts.insert(sealing, at: 0) }
            let begin = parts.count == 2 || state.sealing == nil ? state.firstRecord : state.sealing!.end.record
            guard begin == position.record else { return nil }
            let chunks = parts.flatMap(\.chunks).map { ($0, $0.count, $0.marks) }
            return (parts[0].left, chunks)
        }
        guard let (left, chunks) = found else { return nil }
        var segments: [MemorySegments.View] = []
        if let left {
            let found = Result { try left.segments(firstSequence: firstSequence) }
            // Its files are removed once it is sealed: what was read then may lack some, or all.
            guard sealing?.left === left else { return nil }
            segments = try found.get()
        }
        let sequence = (segments.last?.description.lastSequence).map { $0 + 1 } ?? firstSequence
        return segments + (try views.views(of: chunks, firstSequence: sequence))
    }
}
