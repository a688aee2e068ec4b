import SegmentFormat
import Shredding
import Synchronization

/// The events that a former writer left in the WAL. They stay there until they are sealed: whoever wants them reads the files.
final class LeftEvents: Sendable {
    private let directory: StoreDirectory
    private let schema: ShreddingSchema
    private let secret: StoreSecret
    private let position: WALPosition
    private let endFile: UInt64?
    private let chunkBytes: Int
    /// Segments in memory, once a query asked for them.
    private let built = Mutex<[MemorySegments.View]?>(nil)
    /// The numbers of those that were sealed.
    private let sealedRecords = Mutex<[Range<UInt64>]>([])

    /// - Parameters:
    ///   - position: where the WAL begins.
    ///   - endFile: the first file that another writer wrote; nil if none does.
    init(
        _ directory: StoreDirectory, schema: ShreddingSchema, position: WALPosition, secret: StoreSecret,
        endFile: UInt64? = nil, chunkBytes: Int = Limits.rawBytesPerChunk
    ) {
        self.directory = directory
        self.schema = schema
        self.position = position
        self.secret = secret
        self.endFile = endFile
        self.chunkBytes = chunkBytes
    }

    /// Reads all lines, in the order they were acknowledged, chunk by chunk.
    ///
    /// - Returns: what was found on the way, and what was read of inputs.
    func forEachChunk(_ body: (Chunk) throws -> Void) throws -> (WALReplay, [InputProgress]) {
        var replay = WALReplay(directory, position: position, secret: secret, endFile: endFile)
        var part = ActiveSegment.Part(end: position)
        try replay.run { events, _ in
            part.append(events, chunkBytes: chunkBytes)
            while part.chunks.count > 1 {
                try Task.checkCancellation()
                try body(part.chunks.removeFirst())
            }
        }
        for chunk in part.chunks { try body(chunk) }
        return (replay, part.progress)
    }

    /// The numbers of those that were sealed: fewer than were found before if the system had shown what the disk did not have.
    var sealed: [Range<UInt64>] {
        get { sealedRecords.withLock { $0 } }
        set { sealedRecords.withLock { $0 = newValue } }
    }

    /// Segments in memory of all events; they are kept for the next who asks.
    ///
    /// - Parameter firstSequence: what their sequences count from.
    func segments(firstSequence: UInt64) throws -> [MemorySegments.View] {
        var sequence = firstSequence
        return try segments().map {
            var view = $0
            view.description.firstSequence = sequence
            view.description.lastSequence = sequence + view.description.rows - 1
            sequence += view.description.rows
            return view
        }
    }

    /// Two who ask at once both build them: waiting for the other could not be cancelled.
    private func segments() throws -> [MemorySegments.View] {
        if let known = built.withLock({ $0 }) { return known }
        var builder = MemorySegmentBuilder(schema: schema)
        var views: [MemorySegments.View] = []
        _ = try forEachChunk { chunk in
            if let view = try builder.build(chunk, 0..<chunk.count, chunk.marks) { views.append(view) }
        }
        return built.withLock { built in
            built = built ?? views
            return built ?? views
        }
    }
}
