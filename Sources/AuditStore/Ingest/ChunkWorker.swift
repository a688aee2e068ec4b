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
    private let builder: SegmentBuilder
    /// Made for the first line that is no event.
    private lazy var quarantine = QuarantineBuilder(compressor: Compressor())
    private var hasQuarantined = false
    private let storeValues: [[UInt8]?]
    private let ids: ClaimedIDs

    /// Complaints that are kept for people to read; the quarantine has them all.
    private static let complaintLimit = 5

    init(directory: StoreDirectory, schema: ShreddingSchema, options: IngestOptions, ids: ClaimedIDs) {
        self.directory = directory
        self.schema = schema
        self.ids = ids
        builder = SegmentBuilder(schema: schema, storeColumns: StoreColumn.ofIngest)
        storeValues = EventOrigin(source: options.source, cluster: options.cluster).storeValues
    }

    func process(_ chunk: Chunk, index: Int) throws -> ChunkResult {
        var result = ChunkResult()
        result.index = index
        result.checkpoint = chunk.checkpoint
        result.input = chunk.input
        result.consumed = chunk.consumed
        switch chunk.content {
        case .lines:
            builder.start(storeValues: storeValues)
            var start = 0
            for line in chunk.flagged {
                try append(chunk, from: start, to: line, &result)
                try append(flagged: line, of: chunk, &result)
                start = chunk.bytes[line...].firstIndex(of: 0x0a).map { $0 + 1 } ?? chunk.count
            }
            try append(chunk, from: start, to: chunk.count, &result)
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

    /// Shreds the lines of a part of the chunk.
    private func append(_ chunk: Chunk, from start: Int, to end: Int, _ result: inout ChunkResult) throws {
        try builder.append(linesFrom: chunk.base + start, to: chunk.base + end) { failure, line in
            try refuse(line, of: chunk, failure, &result)
        }
    }

    private func append(flagged line: Int, of chunk: Chunk, _ result: inout ChunkResult) throws {
        try builder.append(flagged: chunk.base + line) { failure, line in
            try refuse(line, of: chunk, failure, &result)
        }
    }

    private func refuse(
        _ line: UnsafeRawBufferPointer, of chunk: Chunk, _ failure: JSONFailure, _ result: inout ChunkResult
    ) throws {
        let offset = chunk.offset + UInt64(line.baseAddress! - UnsafeRawPointer(chunk.base))
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
        var done = 0
        var read = 0
        while read < chunk.count {
            let piece = UnsafeMutableRawBufferPointer(
                start: chunk.base + read, count: min(Self.bytesPerRead, chunk.count - read))
            do throws(AuditStoreError) {
                let n = try file.read(at: chunk.offset + UInt64(read), into: piece)
                guard n == piece.count else { return refuse(chunk, &result) }
            } catch {
                result.failure = error
                return false
            }
            var end = read + piece.count
            while end > read, chunk.base.load(fromByteOffset: end - 1, as: UInt8.self) != 0x0a { end -= 1 }
            read += piece.count
            guard end > read - piece.count else { continue }
            try append(chunk, from: done, to: end, &result)
            done = end
        }
        let last = InputRecognition.hash(chunk.bytes.suffix(InputCheckpoint.window))
        return done == chunk.count && last == chunk.checkpoint?.end || refuse(chunk, &result)
    }

    private func refuse(_ chunk: Chunk, _ result: inout ChunkResult) -> Bool {
        result.failure = AuditStoreError(
            .io, "the file changed while it was read", location: .init(file: chunk.input, offset: chunk.offset))
        return false
    }

    private func finish(_ chunk: Chunk, _ result: inout ChunkResult) throws {
        guard let metadata = try builder.finish() else { return }
        result.events = UInt64(metadata.rows)
        result.rawBytes = metadata.rawBytes
        let times = builder.eventTimes
        if times.days.count + (times.undated > 0 ? 1 : 0) == 1 {
            try builder.withBytes { bytes in
                let segment = describe(metadata, bytes: bytes.count, day: times.days.first, times: times)
                try write(bytes, to: directory.name(of: segment), &result)
                result.segments = [segment]
            }
        } else {
            let whole = try SegmentReader(MemorySource(name: chunk.input, bytes: builder.withBytes { Array($0) }))
            for part in try PartitionSplit.split(whole, schema: schema) {
                var segment = describe(part.metadata, bytes: part.bytes.count, day: part.day, times: part.times)
                segment.firstSequence = part.firstSequence
                segment.lastSequence = part.lastSequence
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
            smallestTime: times.smallest, largestTime: times.largest, undated: UInt64(times.undated), isCompacted: false
        )
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
