import SegmentFormat
import Shredding

/// What a writer finds when it opens: the events of the WAL are in the active segment again.
struct Recovery {
    let lease: WriterLease
    let writer: WriterLock
    let secret: StoreSecret
    let active: ActiveSegment
    let window: DuplicateWindow
    /// The next file and the next event.
    let next: WALPosition
    let report: RecoveryReport
    let damage: [WALDamage]

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
        var commits: [Commit] = []
        var replay = WALReplay(directory, position: manifest.wal, secret: secret)
        try replay.run(
            window: { if remembers { window.add(decoding: $0, without: $1) } },
            events: { events, header in
                active.append(events, nextRecord: header.firstRecord + UInt64(header.records))
                commits.append(Commit(events: header.records, time: header.time))
            })
        if remembers {
            let identity = EventIdentity(keys: core.schema.eventIdentity, secret: secret)
            Self.remember(active, commits, now: files.now, in: &window) { line, origin in
                EventDigest(of: line, from: origin.digest(key: secret), identity, secret)
            }
        }
        if !replay.damage.isEmpty { active.append(replay.damage, nextRecord: replay.nextRecord) }
        self.active = active
        self.window = window
        next = WALPosition(
            file: max(replay.files.last ?? 0, manifest.wal.file - 1) + 1, record: replay.nextRecord)
        report = replay.report
        damage = replay.damage
    }

    private struct Commit {
        var events: Int
        var time: Int64
    }

    /// Adds the events of the WAL to the window; only of those that it keeps the digests are made.
    private static func remember(
        _ active: ActiveSegment, _ commits: [Commit], now: Int64, in window: inout DuplicateWindow,
        digest: (UnsafeRawBufferPointer, EventOrigin) -> EventDigest
    ) {
        var forgotten = max(0, commits.reduce(0) { $0 + $1.events } - window.capacity)
        let oldest = now - window.age
        var commits = commits[...]
        active.forEachLine { line, origin in
            while commits.first?.events == 0 { commits.removeFirst() }
            guard let time = commits.first?.time else { return }
            commits[commits.startIndex].events -= 1
            if forgotten > 0 {
                forgotten -= 1
            } else if time >= oldest {
                window.add(digest(line, origin), time: time)
            }
        }
    }
}
