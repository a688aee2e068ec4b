import SegmentFormat
import Shredding

/// What a writer finds when it opens: the events of the WAL are a part of the active segment again, and stay in the WAL until
/// they are sealed. Opening looks at the checksums of the blocks, and at those events only that the window remembers.
struct Recovery {
    let lease: WriterLease
    let writer: WriterLock
    let secret: StoreSecret
    let active: ActiveSegment
    let window: DuplicateWindow
    /// The next file and the next event.
    let next: WALPosition
    let report: RecoveryReport
    /// What the active segment has of a former writer; nil if it left nothing.
    let left: LeftEvents?

    init(core: StoreCore, options: WriterOptions) throws {
        let directory = core.directory
        let files = directory.files
        lease = try WriterLease(core)
        writer = lease.writer
        if writer.manifest.secret == nil { try writer.commit { $0.secret = StoreSecret(files) } }
        let manifest = writer.manifest
        guard let secret = manifest.secret else {
            throw AuditStoreError(.corrupt, "the manifest has lost the store's secret")
        }
        self.secret = secret
        try files.createDirectory(directory.location(FileNames.wal))
        // Even if it was there: who made it may have died before it was durable.
        try files.syncDirectory(directory.path)
        try directory.removeWAL(before: manifest.wal.file)
        let active = ActiveSegment(schema: core.schema, position: manifest.wal, chunkBytes: options.chunkBytes)
        var window = DuplicateWindow(options.duplicates ?? DuplicateOptions(events: 0))
        let remembers = options.duplicates != nil
        var recent = RecentBlocks(events: window.capacity, since: files.now - window.age)
        var replay = WALReplay(directory, position: manifest.wal, secret: secret)
        // Lines of logs are no duplicates of anything, and have no digests.
        var read: UInt64 = 0
        try replay.check(
            window: { digests, header, missing in
                let known = min(header.firstRecord, manifest.wal.record + read)
                if remembers {
                    window.add(decoding: digests, without: missing, unsealed: header.firstRecord - known)
                }
            },
            block: { header, place in
                if header.kind == .readEvents {
                    read += UInt64(header.records)
                } else if remembers {
                    recent.add(header, place)
                }
            })
        if remembers {
            let identity = EventIdentity(keys: core.schema.eventIdentity, secret: secret)
            try recent.forEachEvent(directory, secret) { line, origin, record, time in
                let digest = EventDigest(of: line, from: origin.digest(key: secret), identity, secret)
                window.addDoubtful(digest, record: record, time: time)
            }
        }
        self.window = window
        next = WALPosition(
            file: max(replay.files.last ?? 0, manifest.wal.file - 1) + 1, record: replay.nextRecord)
        report = replay.report
        if replay.report.events > 0 || !replay.damage.isEmpty {
            let left = LeftEvents(
                directory, schema: core.schema, position: manifest.wal, secret: secret, endFile: next.file,
                chunkBytes: options.chunkBytes)
            active.take(left, end: next)
            self.left = left
        } else {
            left = nil
        }
        self.active = active
    }
}

/// The blocks of the WAL with the last events that a window keeps.
private struct RecentBlocks {
    private let events: Int
    private let since: Int64
    private var blocks: [(place: WALPlace, header: WALBlockHeader)] = []
    /// The first block that counts; those before it are removed now and then.
    private var first = 0
    /// Events of the blocks that count.
    private var count = 0

    init(events: Int, since: Int64) {
        self.events = events
        self.since = since
    }

    mutating func add(_ header: WALBlockHeader, _ place: WALPlace) {
        guard header.time >= since, header.records > 0, events > 0 else { return }
        blocks.append((place, header))
        count += header.records
        while count - blocks[first].header.records >= events {
            count -= blocks[first].header.records
            first += 1
        }
        guard first > blocks.count / 2, first > 1000 else { return }
        blocks.removeFirst(first)
        first = 0
    }

    func forEachEvent(
        _ directory: StoreDirectory, _ secret: StoreSecret,
        _ body: (UnsafeRawBufferPointer, EventOrigin, _ record: UInt64, _ time: Int64) -> Void
    ) throws {
        var reader: WALReader?
        var forgotten = max(0, count - events)
        for (place, header) in blocks[first...] {
            if reader?.number != place.file { reader = try WALReader(directory, number: place.file, secret: secret) }
            guard let reader else { continue }
            reader.seek(to: place.offset)
            // What cannot be read now, a moment later, is not known: an event that is sent again is taken.
            guard case .block(let found)? = try reader.next(), found == header,
                let events = try? WALEvents(decoding: reader.payload, kind: header.kind, records: header.records)
            else { continue }
            for index in min(forgotten, header.records)..<header.records {
                body(events.line(index), events.origin, header.firstRecord + UInt64(index), header.time)
            }
            forgotten -= min(forgotten, header.records)
        }
    }
}
