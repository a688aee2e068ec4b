import SegmentFormat

/// Reads events as they become durable, page by page: what is sealed from segments, the rest from the WAL.
///
/// It holds nothing of the store while nobody asks for the next page: however slow its reader is, nobody else waits, and no file is
/// kept. Both parts are told apart by the manifest alone, so that an event that is sealed while it is passed is passed once.
package final class LiveReader {
    private let core: StoreCore
    private let predicate: Predicate
    private let since: Int64?
    private let until: Int64?
    private let segments: MemorySegments
    private let changes: any FileChanges
    /// That up to which all segments have been passed; nil if there may be more.
    private var manifest: Manifest?
    private var cursor: WALCursor?
    private var beginsNow: Bool
    private var lastPage: ContinuousClock.Instant?
    /// Behind all that was given, and all before it that does not match.
    private var reached: LivePosition
    /// Where to go on; nil before it has begun at the present.
    package var position: LivePosition? { beginsNow ? nil : reached }

    /// An event on its way.
    package struct Item {
        package var bytes: [UInt8]
        package var place: EventPosition
        package var position: LivePosition
    }

    /// Bytes of text that are given at once, and one event more.
    private static let pageBytes = 4 << 20
    /// From one look to the next, at least: what comes meanwhile is taken apart together.
    private static let interval = Duration.milliseconds(20)
    /// Looks are taken so often even if nothing is told.
    private static let safetyInterval = Duration.seconds(1)

    /// - Parameter position: nil for behind all that is acknowledged when the first page is asked for.
    init(_ core: StoreCore, _ scan: LiveScan, from position: LivePosition?) {
        self.core = core
        predicate = scan.predicate
        since = scan.since
        until = scan.until
        reached = position ?? LivePosition()
        beginsNow = position == nil
        segments = MemorySegments(schema: core.schema)
        changes = core.directory.files.changes()
    }

    /// Waits until something has come. Some of it may not match: a page can be empty.
    package func nextPage() async throws -> [Item] {
        while true {
            try checkCancellation()
            let page: (items: [Item], isMore: Bool)
            do { page = try look() } catch { throw AuditStoreError.wrapping(error) }
            if page.isMore || !page.items.isEmpty {
                lastPage = .now
                return page.items
            }
            _ = changes.watch(core.directory.path)
            _ = changes.watch(core.directory.location(FileNames.acknowledged))
            // What came before it was watched is not told.
            do {
                let missed = try look()
                if missed.isMore || !missed.items.isEmpty { return missed.items }
            } catch { throw AuditStoreError.wrapping(error) }
            _ = await changes.wait(atMost: Self.safetyInterval)
            if let lastPage, .now - lastPage < Self.interval {
                try? await Task.sleep(until: lastPage + Self.interval, clock: .continuous)
            }
        }
    }

    /// What there is now, without waiting.
    ///
    /// - Returns: events, and whether there may be more to look at.
    func look() throws -> (items: [Item], isMore: Bool) {
        if beginsNow { try passAll() }
        if try manifest?.generation != core.directory.manifestGeneration() {
            let (items, isDone) = try readSealed()
            if !isDone || !items.isEmpty { return (items, true) }
        }
        return try readUnsealed() ?? ([], false)
    }

    /// Goes behind all that there is. What is in the WAL is taken apart all the same: only then it is known what is an event.
    private func passAll() throws {
        let manifest = try core.directory.readManifest()
        self.manifest = manifest
        reached = LivePosition(sequence: manifest.nextSequence, sealed: manifest.streamed.next, number: .max)
        while try readUnsealed() != nil { try checkCancellation() }
        reached.number = max(manifest.streamed.next, cursor?.number ?? 0)
        beginsNow = false
    }

    // MARK: Segments

    /// - Returns: the next events that are in segments, and whether that were all of now.
    private func readSealed() throws -> (items: [Item], isDone: Bool) {
        let (manifest, snapshot) = try core.directory.snapshot(cache: core.cache)
        guard let passed = manifest.streamed.sequences(of: reached.sealed..<reached.number) else {
            throw AuditStoreError(
                .invalidArgument,
                "the position is too old: it is not known any more which of the events behind it were passed before they were sealed"
            )
        }
        while let range = passed.first(where: { $0.contains(reached.sequence) }) {
            reached.sequence = range.upperBound
        }
        var page = Page()
        if reached.sequence < manifest.nextSequence {
            // Whoever asks again after an error gets what he did not get.
            var next = reached
            try scan(snapshot).forEachInIngestOrder(limit: .max, from: reached.sequence) { bytes, sequence in
                guard !passed.contains(where: { $0.contains(sequence) }) else { return true }
                next.sequence = sequence + 1
                page.add(bytes, place: sequence, next)
                return page.bytes < Self.pageBytes
            }
            reached = next
            if page.bytes >= Self.pageBytes { return (page.items, false) }
        }
        reached.sequence = max(reached.sequence, manifest.nextSequence)
        reached.sealed = max(reached.sealed, manifest.streamed.next)
        reached.number = max(reached.number, reached.sealed)
        self.manifest = manifest
        return (page.items, true)
    }

    private func scan(_ snapshot: Snapshot) -> EventScan {
        var scan = EventScan(snapshot, schema: core.description)
        scan.predicate = predicate
        scan.since = since
        scan.until = until
        return scan
    }

    // MARK: The WAL

    /// - Returns: the next events that are in the WAL; nil if there are none.
    private func readUnsealed() throws -> (items: [Item], isMore: Bool)? {
        guard let manifest, let secret = manifest.secret else { return nil }
        if cursor.map({ $0.file < manifest.wal.file }) ?? true {
            cursor = WALCursor(manifest.wal, number: manifest.streamed.next)
        }
        let lock = try core.lockLeftWAL()
        defer { lock?.unlock() }
        var limit = WALCursor.Limit.everything
        if lock == nil {
            guard let mark = try core.directory.acknowledged(secret) else { return nil }
            limit = .mark(mark)
        }
        var cursor = cursor!
        guard let chunk = try cursor.next(core.directory, secret, limit) else {
            self.cursor = cursor
            return nil
        }
        let first = cursor.number
        let views = try segments.views(of: [(chunk, chunk.count, chunk.marks)], firstSequence: first)
        segments.drop([chunk])
        cursor.number += views.reduce(0) { $0 + $1.description.rows }
        var page = Page()
        var next = reached
        if reached.number < cursor.number {
            let snapshot = Snapshot(
                segments: views.map(\.description),
                unsealed: Dictionary(uniqueKeysWithValues: views.map { ($0.description.id, $0.reader) }),
                cache: core.cache
            ) { segment, _ throws(AuditStoreError) in
                throw AuditStoreError(.corrupt, "segment \(segment.id) is in no file")
            }
            try scan(snapshot).forEachInIngestOrder(limit: .max, from: reached.number) { bytes, number in
                next.number = number + 1
                page.add(bytes, place: manifest.nextSequence + (number - manifest.streamed.next), next)
                return true
            }
            next.number = cursor.number
        }
        (self.cursor, reached) = (cursor, next)
        return (page.items, true)
    }

    private struct Page {
        var items: [Item] = []
        var bytes = 0

        mutating func add(_ text: UnsafeRawBufferPointer, place: UInt64, _ position: LivePosition) {
            items.append(Item(bytes: Array(text), place: EventPosition(sequence: place), position: position))
            bytes += text.count + MemoryLayout<Item>.stride
        }
    }
}
