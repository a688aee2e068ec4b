import SegmentFormat

/// Goes on through the events of the WAL, of this process or another, as they are acknowledged. It changes nothing.
struct WALCursor {
    /// What counts.
    enum Limit {
        /// Up to the mark of a writer that is alive.
        case mark(AcknowledgedMark)
        /// All that is whole: the writer is dead, and the next one will take it so.
        case everything
    }

    private(set) var file: UInt64
    private var offset: UInt64 = 0
    private var record: UInt64
    /// Of the next event among those of streams; what is no event has none, so who takes them apart counts on.
    var number: UInt64

    /// Bytes of lines that are taken at once, unless a block is larger.
    private static let batchBytes = 1 << 20

    init(_ position: WALPosition, number: UInt64) {
        file = position.file
        record = position.record
        self.number = number
    }

    /// The next lines; nil if there are none, or none that can be read: then the manifest will name a segment that has them.
    mutating func next(
        _ directory: StoreDirectory, _ secret: StoreSecret, _ limit: Limit
    ) throws -> Chunk? {
        var batch = WALBatch()
        while try read(directory, secret, limit, &batch) {}
        return batch.finish()
    }

    /// - Returns: whether another file follows, and there is room for more.
    private mutating func read(
        _ directory: StoreDirectory, _ secret: StoreSecret, _ limit: Limit, _ batch: inout WALBatch
    ) throws -> Bool {
        var end = UInt64.max
        var isLast = false
        if case .mark(let mark) = limit {
            if mark.file < file { return false }
            isLast = mark.file == file
            if isLast { end = mark.end }
        }
        // A block that was refused and could not be cut off stands at the end of its file, and the next file has its number again.
        let next = isLast ? nil : try directory.walFiles().first { $0 > file }
        let first: UInt64
        let reader: WALReader
        do {
            first = try next.flatMap { try WALReplay.firstRecord(directory, file: $0, secret) } ?? .max
            reader = try WALReader(directory, number: file, secret: secret, from: offset)
        } catch {
            // Sealed and removed meanwhile, which the manifest tells, or not there yet.
            if try directory.files.kind(of: directory.location(FileNames.walFile(file))) == nil { return false }
            throw error
        }
        reading: while reader.offset < end, let item = try reader.next() {
            switch item {
            case .damage(let damage) where damage.kind == .header: break
            case .damage(let damage) where damage.kind == .torn: break reading
            case .damage: return false
            case .block(let header) where header.kind == .window:
                guard header.firstRecord == record else { return false }
            case .block(let header):
                if header.firstRecord >= first { break reading }
                guard header.firstRecord == record,
                    let events = try? WALEvents(
                        decoding: reader.payload, kind: header.kind, records: header.records)
                else { return false }
                guard batch.take(events, atMost: Self.batchBytes) else { return false }
                record += UInt64(header.records)
            }
            offset = reader.offset
        }
        guard let next else { return false }
        (file, offset) = (next, 0)
        return true
    }
}

/// Lines on their way from the WAL to a segment in memory.
private struct WALBatch: ~Copyable {
    private var lines = ByteArena(capacity: 1 << 16)
    private var marks = LineMarks()

    /// - Returns: false if they have to wait for the next batch.
    mutating func take(_ events: WALEvents, atMost limit: Int) -> Bool {
        let start = lines.bytes.count
        if start > 0, start + events.lines.count > limit { return false }
        marks.goOn(from: events.origin, at: start)
        marks.flagged += events.flagged.map { start + ($0 == 0 ? 0 : events.ends[$0 - 1]) }
        lines.append(events.lines)
        return true
    }

    func finish() -> Chunk? {
        guard !marks.origins.isEmpty else { return nil }
        let chunk = Chunk(capacity: lines.bytes.count)
        if let base = lines.bytes.baseAddress { chunk.base.copyMemory(from: base, byteCount: lines.bytes.count) }
        chunk.count = lines.bytes.count
        chunk.marks = marks
        return chunk
    }
}
