import SegmentFormat
import Shredding

/// What a chunk became: segment files that are in no manifest yet.
struct ChunkResult: Sendable {
    var index = 0
    /// The files of the segments, on their way to the disk. A commit waits for all of its files together: a worker that
    /// waited for each would stand still for a tenth of the time.
    var files: [any WritableFile] = []
    /// Sequences count from the chunk's first event.
    var segments: [SegmentDescription] = []
    var quarantine: [SegmentDescription] = []
    var events: UInt64 = 0
    var rawBytes: UInt64 = 0
    var quarantinedLines: UInt64 = 0
    var complaints: [String] = []
    var checkpoint: InputCheckpoint?
    var input = ""
    var consumed: UInt64 = 0
    /// Why the chunk could not be read. What comes after it in the input is not loaded.
    var failure: AuditStoreError?

    /// Waits until the files are on the disk.
    mutating func settle() throws {
        for file in files {
            try file.sync()
            try file.close()
        }
        files = []
    }

    /// Names the segments in the manifest; their sequences count on from its own then.
    func add(to manifest: inout Manifest) {
        for var segment in segments {
            segment.firstSequence += manifest.nextSequence
            segment.lastSequence += manifest.nextSequence
            manifest.segments.append(segment)
        }
        manifest.quarantine += quarantine
        manifest.nextSequence += events
        manifest.quarantinedLines += quarantinedLines
    }
}

extension StoreDirectory {
    /// Makes the names of new segments durable.
    func syncNames(of results: some Sequence<ChunkResult>) throws(AuditStoreError) {
        var directories: Set<String> = []
        for result in results {
            for segment in result.segments { directories.insert(FileNames.partition(segment.day)) }
            if !result.quarantine.isEmpty { directories.insert(FileNames.quarantine) }
        }
        // In order, so that a test that fails the n-th call fails the same one each time.
        for name in directories.sorted() { try files.syncDirectory(location(name)) }
        if directories.contains(where: { $0.hasPrefix(FileNames.partitions) }) {
            try files.syncDirectory(location(FileNames.partitions))
        }
        // The manifest must not become durable before the directory of what it names.
        if directories.contains(FileNames.quarantine) { try files.syncDirectory(path) }
    }
}

/// Turns chunks into segment files. One a thread.
final class ChunkWorker: @unchecked Sendable {
    // Used by one task at a time.
    private let directory: StoreDirectory
    private let schema: ShreddingSchema
    let builder: SegmentBuilder
    /// Made for the first line that is no event.
    private lazy var quarantine = QuarantineBuilder(compressor: Compressor())
    private var hasQuarantined = false
    let storeValues: [[UInt8]?]
    private let ids: ClaimedIDs
    let classifier: RetentionClassifier?
    /// Where the worker reads a chunk that it reads itself. Its own, and not one that is handed round: the memory that is
    /// touched first costs as much as reading into it does.
    /// Half a chunk: bodies are written when it is full, and what stays in the cache is worth more than repeats that are
    /// farther away.
    var text: UnsafeMutableRawPointer
    var textCapacity: Int

    /// Complaints that are kept for people to read; the quarantine has them all.
    private static let complaintLimit = 5

    /// - Parameter classifier: nil if all events are of the class `default`.
    init(
        directory: StoreDirectory, schema: ShreddingSchema, options: IngestOptions, ids: ClaimedIDs,
        classifier: RetentionClassifier?
    ) {
        self.classifier = classifier
        self.directory = directory
        self.schema = schema
        self.ids = ids
        builder = SegmentBuilder(schema: schema, storeColumns: StoreColumn.ofIngest)
        storeValues = EventOrigin(source: options.source, cluster: options.cluster).storeValues
        textCapacity = max(options.chunkBytes / 2, 2 * Self.bytesPerRead)
        text = .allocate(byteCount: textCapacity + JSONScanner.padding, alignment: 16)
    }

    deinit { text.deallocate() }

    func process(_ chunk: Chunk, index: Int) throws -> ChunkResult {
        var result = ChunkResult()
        result.index = index
        result.checkpoint = chunk.checkpoint
        result.input = chunk.input
        result.consumed = chunk.consumed
        switch chunk.content {
        case .lines where classifier != nil:
            try appendByClass(chunk, UnsafeRawPointer(chunk.base), &result)
        case .range(let file) where classifier != nil:
            if try readWhole(chunk, from: file, &result) { try appendByClass(chunk, UnsafeRawPointer(text), &result) }
        case .lines:
            builder.start(storeValues: storeValues)
            try append(chunk, from: chunk.base, to: chunk.base + chunk.count, at: chunk.offset, &result)
            try finish(chunk, &result)
        case .range(let file):
            builder.start(storeValues: storeValues)
            if try append(chunk, readingFrom: file, &result) { try finish(chunk, &result) }
        case .piece(let reason, let isFirst, let isLast):
            hasQuarantined = true
            try quarantine.append(
                chunk.bytes, input: chunk.input, offset: chunk.offset, reason: reason, isContinued: !isLast)
            if isFirst { complain("\(chunk.input):\(chunk.offset): \(reason)", &result) }
            if isLast { result.quarantinedLines += 1 }
        }
        try sealQuarantine(&result)
        return result
    }

    private func complain(_ text: @autoclosure () -> String, _ result: inout ChunkResult) {
        if result.complaints.count < Self.complaintLimit { result.complaints.append(text()) }
    }

    /// Writes the lines that went to the quarantine, if there are any.
    private func sealQuarantine(_ result: inout ChunkResult) throws {
        guard hasQuarantined, let (metadata, bytes) = try quarantine.finish() else { return }
        let segment = describe(metadata, bytes: bytes.count, day: nil, times: EventTimes())
        try bytes.withUnsafeBytes { try write($0, to: directory.name(of: segment, quarantine: true), &result) }
        result.quarantine.append(segment)
    }

    /// Shreds lines of the chunk, which stand from `position` on in the input.
    private func append(
        _ chunk: Chunk, from start: UnsafeRawPointer, to end: UnsafeRawPointer, at position: UInt64,
        _ result: inout ChunkResult
    ) throws {
        // A chunk that is read piece by piece has no marks.
        try builder.append(linesFrom: start, to: end, marks: chunk.marks) { failure, line in
            try refuse(line, of: chunk, at: position + UInt64(line.baseAddress! - start), failure, &result)
        }
    }

    func refuse(
        _ line: UnsafeRawBufferPointer, of chunk: Chunk, at offset: UInt64, _ failure: JSONFailure,
        _ result: inout ChunkResult
    ) throws {
        hasQuarantined = true
        try quarantine.append(line, input: chunk.input, offset: offset, reason: failure.reason)
        // A chunk of line feeds has more lines than a segment has room for.
        if quarantine.isFull { try sealQuarantine(&result) }
        complain("\(chunk.input):\(offset): \(failure.reason), at byte \(failure.offset) of the line", &result)
        result.quarantinedLines += 1
    }

    /// Bytes that are read and shredded before the next ones are read: they stay in a core's second-level cache.
    private static let bytesPerRead = 256 << 10

    /// Reads the chunk's lines piece by piece, and shreds them.
    /// - Returns: false if the file no longer holds what it held; the reason is in the result then.
    private func append(
        _ chunk: Chunk, readingFrom file: any ReadableFile, _ result: inout ChunkResult
    ) throws -> Bool {
        // Bytes of the chunk: those that `text` no longer has, those that are shredded, those that are read.
        var dropped = 0
        var done = 0
        var read = 0
        while read < chunk.count {
            let next = min(Self.bytesPerRead, chunk.count - read)
            if read - dropped + next > textCapacity { try builder.flushRowGroup() }
            if !builder.needsText { drop(&dropped, done: done, read: read) }
            if read - dropped + next > textCapacity { growText(holding: read - dropped) }
            let piece = UnsafeMutableRawBufferPointer(
                start: text + (read - dropped), count: next)
            do throws(AuditStoreError) {
                let n = try file.read(at: chunk.offset + UInt64(read), into: piece)
                guard n == piece.count else { return refuse(chunk, &result) }
            } catch {
                result.failure = error
                return false
            }
            read += piece.count
            guard let lineFeed = LastByte.index(of: 0x0a, in: UnsafeRawBufferPointer(piece)) else { continue }
            let end = read - piece.count + lineFeed + 1
            // Lines of three bytes are more rows than a segment has room for.
            if builder.isNearlyFull {
                try finish(chunk, &result)
                builder.start(storeValues: storeValues)
            }
            try append(
                chunk, from: text + (done - dropped), to: text + (end - dropped), at: chunk.offset + UInt64(done),
                &result)
            done = end
        }
        let window = min(InputCheckpoint.window, read)
        let last = UnsafeRawBufferPointer(start: text + (read - dropped - window), count: window)
        return done == chunk.count && InputRecognition.hash(last) == chunk.checkpoint?.end || refuse(chunk, &result)
    }

    /// Makes room for a long line.
    func growText(holding n: Int) {
        let new = UnsafeMutableRawPointer.allocate(byteCount: textCapacity * 2 + JSONScanner.padding, alignment: 16)
        new.copyMemory(from: text, byteCount: n)
        text.deallocate()
        text = new
        textCapacity *= 2
    }

    /// Moves what is not shredded yet to where `text` begins, so that the next piece is read into memory that is in the
    /// cache. The last bytes of the chunk are needed to recognise it.
    private func drop(_ dropped: inout Int, done: Int, read: Int) {
        let kept = max(read - done, min(InputCheckpoint.window, read))
        guard read - kept - dropped >= Self.bytesPerRead / 2 else { return }
        text.copyMemory(from: text + (read - kept - dropped), byteCount: kept)
        dropped = read - kept
    }

    func refuse(_ chunk: Chunk, _ result: inout ChunkResult) -> Bool {
        result.failure = AuditStoreError(
            .io, "the file changed while it was read", location: .init(file: chunk.input, offset: chunk.offset))
        return false
    }

    private func finish(_ chunk: Chunk, _ result: inout ChunkResult) throws {
        guard let metadata = try builder.finish() else { return }
        let first = result.events
        result.events += UInt64(metadata.rows)
        result.rawBytes += metadata.rawBytes
        try write(metadata, of: chunk, sequences: first...(result.events - 1), &result)
    }

    /// Writes what the builder holds: as it is, or divided by days.
    ///
    /// - Parameter sequences: those of the first and the last event, counted from the chunk's first.
    func write(
        _ metadata: SegmentMetadata, of chunk: Chunk, sequences: ClosedRange<UInt64>, retentionClass: UInt64 = 0,
        _ result: inout ChunkResult
    ) throws {
        let times = builder.eventTimes
        if times.days.count + (times.undated > 0 ? 1 : 0) == 1 {
            try builder.withBytes { bytes in
                var segment = describe(metadata, bytes: bytes.count, day: times.days.first, times: times)
                segment.retentionClass = retentionClass
                segment.firstSequence = sequences.lowerBound
                segment.lastSequence = sequences.upperBound
                try write(bytes, to: directory.name(of: segment), &result)
                result.segments.append(segment)
            }
        } else {
            let whole = try SegmentReader(MemorySource(name: chunk.input, bytes: builder.withBytes { Array($0) }))
            for part in try PartitionSplit.split(whole, schema: schema) {
                var segment = describe(part.metadata, bytes: part.bytes.count, day: part.day, times: part.times)
                segment.retentionClass = retentionClass
                segment.firstSequence = sequences.lowerBound + part.firstSequence
                segment.lastSequence = sequences.lowerBound + part.lastSequence
                try part.bytes.withUnsafeBytes { try write($0, to: directory.name(of: segment), &result) }
                result.segments.append(segment)
                // Events of many days make many files, and a process may have few of them open.
                try result.settle()
            }
        }
    }

    private func describe(
        _ metadata: SegmentMetadata, bytes: Int, day: Int64?, times: EventTimes
    ) -> SegmentDescription {
        SegmentDescription(
            id: ids.next(), day: day, rows: UInt64(metadata.rows), rawBytes: metadata.rawBytes,
            storedBytes: UInt64(bytes), firstSequence: 0, lastSequence: UInt64(metadata.rows) - 1,
            smallestTime: times.smallest, largestTime: times.largest, undated: UInt64(times.undated),
            isCompacted: false, loaded: directory.files.now)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to name: String, _ result: inout ChunkResult) throws {
        if let slash = name.lastIndex(of: "/") {
            try directory.files.createDirectory(directory.location(String(name[..<slash])))
        }
        let file = try directory.files.create(directory.location(name))
        try file.append(bytes)
        file.startSync()
        result.files.append(file)
    }
}
