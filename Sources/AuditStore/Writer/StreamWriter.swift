import SegmentFormat
import Shredding
import Synchronization

/// Writes a stream of events into a store.
///
///     let writer = try await store.writer()
///     try await writer.append(event)          // returns when the event is on the disk
///     try await writer.close()
///
/// Any number of tasks may append at once; those that wait share one sync. An event that is acknowledged is found by
/// queries of this process at once, and by those of other processes when it is sealed. One process has one writer; loads
/// and compactions of the same `AuditStore` go on beside it.
///
/// When a sync fails, what was being written may or may not be on the disk, and the system forgets about it: the writer
/// stops, and this and all later appends throw. When the disk is full, the appends that wait throw, and nothing of them is
/// there; later ones are taken again when there is room.
public final class StreamWriter: Sendable {
    /// What opening found of a former writer that did not close.
    public let recovery: RecoveryReport

    private let lease: WriterLease
    private let secret: StoreSecret
    private let identity: EventIdentity?
    private let options: WriterOptions
    let active: ActiveSegment
    private let committer: Committer
    private let queue: AppendQueue
    private let timers: Mutex<[Task<Void, Never>]> = Mutex([])
    let compaction: BackgroundCompaction?
    private let compacting: Mutex<Task<Void, Never>?> = Mutex(nil)
    private let isOpen = Mutex(true)

    // MARK: Opening

    init(core: StoreCore, options: WriterOptions) async throws {
        guard options.sealBytes > 0, options.compaction?.bytesPerSecond ?? 1 > 0,
            options.compaction?.interval ?? .seconds(1) > .zero, options.bytesInFlight > 0,
            options.duplicates?.events ?? 0 >= 0,
            options.origin.isShort
        else { throw AuditStoreError(.invalidArgument, "the options of the writer make no sense") }
        let recovered = try Recovery(core: core, options: options)
        lease = recovered.lease
        secret = recovered.secret
        recovery = recovered.report
        active = recovered.active
        let sealer = Sealer(
            core: core, writer: recovered.writer, active: active, secret: secret, lease: lease)
        committer = Committer(
            directory: core.directory, secret: secret, options: options, active: active, sealer: sealer, lease: lease,
            position: recovered.next, window: recovered.window, left: recovered.left)
        try await committer.open()
        self.options = options
        identity = options.duplicates == nil ? nil : EventIdentity(keys: core.schema.eventIdentity, secret: secret)
        let committer = self.committer
        let queueBox = QueueBox()
        queue = AppendQueue(bytesInFlight: options.bytesInFlight) {
            Task { if let queue = queueBox.queue { await committer.run(queue) } }
        }
        queueBox.queue = queue
        compaction = options.compaction.map { [queue, active] compaction in
            BackgroundCompaction(core: core, options: compaction, lease: recovered.lease) {
                queue.bytesInFlight > options.bytesInFlight / 2 || active.waitsForSeal(options.sealBytes)
            }
        }
        // The committer holds the lease, and must not be held by it.
        lease.setStream(active) { [weak committer] in try await committer?.seal() }
        startTimers()
        // The process that wrote what is found may have died before it synced, or because a sync failed: then the system shows
        // what the disk does not have, and another sync proves nothing. So all of it is written anew, and until then nothing is
        // acknowledged because it is there (Docs/Durability.md).
        if options.sealsBeside, recovered.left != nil { Task { await committer.sealLeft() } }
        if let compaction {
            let task = Task(priority: .background) { await compaction.run() }
            compacting.withLock { $0 = task }
        }
    }

    /// What is compacted beside the stream; nil if nothing is to be.
    public var compactionActivity: CompactionActivity? { compaction?.activity }

    private func startTimers() {
        let committer = self.committer
        if let age = options.sealAge {
            every(min(max(age / 8, .milliseconds(10)), .seconds(10))) { try? await committer.sealIfOlder(than: age) }
        }
        if case .interval(let interval) = options.durability {
            every(max(interval, .milliseconds(1))) { try? await committer.sync() }
        }
    }

    private func every(_ interval: Duration, _ work: @escaping @Sendable () async -> Void) {
        let task = Task {
            while true {
                do { try await Task.sleep(for: interval) } catch { return }
                await work()
            }
        }
        timers.withLock { $0.append(task) }
    }

    // MARK: Appending

    /// An event is shorter than so many bytes.
    public static var bytesPerEvent: Int { Limits.bytesPerEvent }

    /// Appends one event. Returns when it is durable, as the options say.
    ///
    /// - Parameters:
    ///   - event: a JSON object in one line, with or without a line feed at its end. What is no JSON object is kept in the
    ///     quarantine when it is sealed.
    ///   - origin: where it comes from; nil for what the writer's options say. What is equal to an event of another origin is
    ///     no duplicate.
    /// - Returns: whether the event was taken, or dropped because it is there already.
    /// - Throws: `AuditStoreError`: `.invalidArgument` if there is a line feed within the event, `.limit` if it is larger
    ///   than 32 MiB, `.diskFull`, `.syncFailed`, `.closed`, `.io`; then it was not acknowledged. `CancellationError` if the
    ///   task was cancelled before the commit began; then nothing of it is there.
    @discardableResult
    public func append(_ event: [UInt8], from origin: EventOrigin? = nil) async throws -> AppendReceipt {
        try await append([event], from: origin)
    }

    /// Appends events as one: all of them are there after a crash, or none of them.
    ///
    /// - Parameter events: each as above, 64 MiB and 1,048,576 events together at most.
    @discardableResult
    public func append(_ events: [[UInt8]], from origin: EventOrigin? = nil) async throws -> AppendReceipt {
        var pending = try PendingAppend(from: origin ?? options.origin, secret)
        for event in events { try event.withUnsafeBytes { try pending.add($0, identity, secret) } }
        return try await submit(pending)
    }

    /// Appends text with an event a line as one: all of them are there after a crash, or none of them.
    @discardableResult
    public func append(lines text: [UInt8], from origin: EventOrigin? = nil) async throws -> AppendReceipt {
        var pending = try PendingAppend(from: origin ?? options.origin, secret)
        pending.lines.reserveCapacity(text.count + 1)
        try text.withUnsafeBytes { text in
            var start = 0
            while start < text.count {
                let end = LineFeeds.first(in: text, from: start) ?? text.count
                try pending.add(UnsafeRawBufferPointer(rebasing: text[start..<end]), identity, secret)
                start = end + 1
            }
        }
        return try await submit(pending)
    }

    /// Appends whole lines of an input, and notes with them, in the same commit, how far it was read: after a crash both are there, or
    /// neither is. None of them is dropped as a duplicate: a line that stands in a log twice is there twice.
    package func append(lines text: [UInt8], read progress: InputProgress) async throws -> AppendReceipt {
        var pending = try PendingAppend(from: options.origin, secret)
        pending.lines.reserveCapacity(text.count + 1)
        pending.progress = progress
        try text.withUnsafeBytes { text in
            var start = 0
            while start < text.count {
                let end = LineFeeds.first(in: text, from: start) ?? text.count
                try pending.add(UnsafeRawBufferPointer(rebasing: text[start..<end]), nil, secret)
                start = end + 1
            }
        }
        return try await submit(pending)
    }

    private func submit(_ pending: PendingAppend) async throws -> AppendReceipt {
        try Task.checkCancellation()
        guard !pending.ends.isEmpty else { return AppendReceipt(events: 0, duplicates: 0) }
        return try await queue.submit(pending)
    }

    /// Bytes of appends that are neither durable nor refused yet.
    public var bytesInFlight: Int { queue.bytesInFlight }

    /// Events that are acknowledged and in no segment yet.
    public var unsealedEvents: UInt64 { active.events }

    // MARK: Sealing and closing

    /// Turns all that is acknowledged into segments, which other processes see.
    ///
    /// - Throws: `AuditStoreError`: `.diskFull`, `.syncFailed`, `.closed`, `.io`. What was acknowledged stays where it is then.
    public func seal() async throws { try await committer.seal() }

    /// Waits for the appends that are under way, seals, and lets other writers in.
    ///
    /// The writer is closed even if this throws; what could not be sealed is in the WAL, for the next writer.
    public func close() async throws {
        let closes = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        guard closes else { return }
        queue.close(AuditStoreError(.closed, "the writer was closed"), finish: true)
        await queue.drain()
        stopTimers()
        await compacting.withLock { $0 }?.value
        // Even a task that is cancelled closes properly: a new one is not.
        let result = await Task { [committer] in
            try await committer.sync()
            try await committer.seal()
        }.result
        await committer.close()
        lease.end()
        try result.get()
    }

    private func stopTimers() {
        timers.withLock { timers in
            for timer in timers { timer.cancel() }
            timers = []
        }
        compacting.withLock { $0 }?.cancel()
    }

    /// A writer that nobody holds any more leaves what is not sealed in the WAL.
    deinit { stopTimers() }
}

/// Lets the queue's start refer to the queue. Set once, before anything is appended.
private final class QueueBox: @unchecked Sendable {
    weak var queue: AppendQueue?
}
