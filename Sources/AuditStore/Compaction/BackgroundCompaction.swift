import SegmentFormat
import Shredding
import Synchronization

/// Compacts beside a stream, in a thread of its own and of low priority.
actor BackgroundCompaction {
    private let thread = SerialThread(isBackground: true)
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let directory: StoreDirectory
    private let schema: ShreddingSchema
    private let options: CompactionOptions
    private let throttle: CompactionThrottle
    /// Held as long as anything here may write.
    private let lease: WriterLease
    nonisolated private let state = Mutex(CompactionActivity())

    /// What came last to a partition, and when that was seen.
    private var changes: [Int64?: (sequence: UInt64, time: Int64)] = [:]
    /// Segments that are damaged, by number: they stay as they are.
    private var damaged: Set<UInt64> = []
    /// Segments that a merge left as many as it found, because they have too many columns together.
    private var crowded: Set<UInt64> = []

    /// - Parameter isPressed: whether appends wait.
    init(
        core: StoreCore, options: CompactionOptions, lease: WriterLease, isPressed: @escaping @Sendable () -> Bool
    ) {
        directory = core.directory
        schema = core.schema
        self.options = options
        self.lease = lease
        let access = core.access
        throttle = CompactionThrottle(
            bytesPerSecond: options.bytesPerSecond, isPressed: isPressed, isUnwanted: { access.isRewriting })
    }

    nonisolated var activity: CompactionActivity { state.withLock { $0 } }

    /// Works and waits until the task is cancelled, or a sync failed.
    func run() async {
        var wait = options.interval
        while true {
            do { try await Task.sleep(for: wait) } catch { return }
            do {
                while try step() { try Task.checkCancellation() }
                wait = options.interval
            } catch is CancellationError { return } catch let error as AuditStoreError {
                state.withLock { $0.failure = error }
                // The system has forgotten what it could not write: nothing is rewritten on such a disk.
                if error.code == .syncFailed { return }
                // A full disk or an unreadable file: later, and later still.
                wait = min(wait * 2, .seconds(3600))
            } catch {}
        }
    }

    /// Merges what comes first; if there is nothing, removes what was replaced and could not be removed before. - Returns: whether there was anything to do.
    func step() throws -> Bool {
        // A commit may have failed after it took effect.
        try lease.writer.settle()
        guard let work = next(lease.writer.manifest.segments, now: directory.files.now) else {
            try directory.removeObsolete(lease.writer)
            return false
        }
        let plan = work.plan
        let start = CompactionProgress(bytesRead: 0, totalBytes: plan.bytes)
        state.withLock { $0.current = (plan, start) }
        defer { state.withLock { $0.current = nil } }
        let ids = ClaimedIDs(lease.writer)
        let merge = SegmentMerge(
            directory: directory, schema: schema, writer: lease.writer, ids: ids, checks: options.checks,
            throttle: throttle)
        do {
            let written = try merge.run(work) { bytes in
                self.state.withLock { $0.current?.progress.bytesRead = bytes }
            }
            if written.count * 2 > work.segments.count { crowded.formUnion(written.map(\.id)) }
            state.withLock {
                $0.report.add(work, written)
                $0.failure = nil
            }
            try directory.removeObsolete(lease.writer)
            return true
        } catch {
            ids.removeStrays(from: directory)
            if error is SegmentMerge.Superseded { return false }
            if let error = error as? SegmentError, error.code == .cancelled { throw CancellationError() }
            let damage = try StoreDirectory.damage(error)
            state.withLock { $0.report.failures.append((damage.location?.file ?? directory.path, damage)) }
            damaged.formUnion(directory.segments(of: work, in: damage))
            return true
        }
    }

    /// What is to be merged next: small segments of open days, so that queries have few to open; then settled days.
    private func next(_ segments: [SegmentDescription], now: Int64) -> CompactionWork? {
        let partitions = CompactionPolicy.partitions(segments).flatMap { partition in
            partition.split { damaged.contains($0.id) }.map(Array.init)
        }
        note(partitions, now: now)
        for partition in partitions where !isSettled(partition, now: now) {
            for few in partition.split(whereSeparator: { crowded.contains($0.id) }) {
                if let work = CompactionPolicy.tier(Array(few)) { return work }
            }
        }
        for partition in partitions where isSettled(partition, now: now) {
            if let work = CompactionPolicy.settled(partition) { return work }
        }
        return nil
    }

    private func note(_ partitions: [CompactionPolicy.Partition], now: Int64) {
        var latest: [Int64?: UInt64] = [:]
        for partition in partitions {
            latest[partition[0].day] = max(latest[partition[0].day] ?? 0, partition.last!.lastSequence)
        }
        changes = latest.reduce(into: [:]) { known, entry in
            let former = changes[entry.key]
            known[entry.key] = former?.sequence == entry.value ? former : (entry.value, now)
        }
    }

    private func isSettled(_ partition: CompactionPolicy.Partition, now: Int64) -> Bool {
        let settleTime = Int64(options.settleTime / .microseconds(1))
        let end = partition[0].day.map { ($0 + 1) * EventTimes.microsecondsPerDay } ?? 0
        let last = max(end, changes[partition[0].day]?.time ?? now)
        return now - last >= settleTime
    }
}

extension StoreDirectory {
    /// The segments of a merge that an error names; all of them if it names none.
    fileprivate func segments(of work: CompactionWork, in damage: AuditStoreError) -> [UInt64] {
        let named = work.segments.filter { location(name(of: $0)) == damage.location?.file }
        return (named.isEmpty ? work.segments : named).map(\.id)
    }
}
