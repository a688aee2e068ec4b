import SegmentFormat
import Shredding

/// Loads inputs: reads chunks, has them shredded by workers, and commits what is durable, in the order of the input.
struct Ingest {
    let directory: StoreDirectory
    let schema: ShreddingSchema
    let options: IngestOptions
    let writer: WriterLock
    let ids: ClaimedIDs
    /// nil if all events are of the class `default`.
    let classifier: RetentionClassifier?
    let progress: (@Sendable (IngestProgress) -> Void)?

    /// Commits are not more frequent than this: each syncs the manifest.
    private static let commitInterval = Duration.milliseconds(200)
    /// Chunks that wait for a commit at most, and those that wait for a former one: each has an open file or two, and a
    /// process may have no more than 256.
    private static let commitChunks = 32

    private struct State {
        var report = IngestReport()
        var waiting: [Int: ChunkResult] = [:]
        var nextToCommit = 0
        /// In order, not committed yet.
        var ready: [ChunkResult] = []
        var lastCommit = ContinuousClock.now
        var touched: Set<String> = []
        /// The checkpoint that the current input's takes the place of.
        var former: InputCheckpoint?
        /// Why the current input cannot be read on.
        var failure: AuditStoreError?
        /// Bytes of finished inputs.
        var consumedBefore: UInt64 = 0

        /// Waits until what is done is on the disk.
        mutating func settle() throws {
            for index in ready.indices { try ready[index].settle() }
            for index in waiting.keys { try waiting[index]?.settle() }
        }
    }

    func run(_ sources: [IngestSource]) async throws -> IngestReport {
        var state = State()
        let threads = max(1, options.threads ?? Self.defaultThreads)
        // Each is made by the task that needs it first: setting up its columns takes a while, and they do it at once.
        var idle: [ChunkWorker] = []
        var busy = 0
        // One to read into while the workers are busy; a single worker takes turns with the reader, and their chunk stays in
        // the cache.
        var chunks = (0..<(threads == 1 ? 1 : threads + 1)).map { _ in Chunk() }
        try await withThrowingTaskGroup(of: (ChunkResult, ChunkWorker, Chunk).self) { group in
            var index = 0
            /// - Parameter isAtEnd: a worker has nothing to do, and there is time to wait for the disk while others work.
            func collect(isAtEnd: Bool = false) async throws {
                guard let (result, worker, chunk) = try await group.next() else { return }
                busy -= 1
                idle.append(worker)
                chunks.append(chunk)
                state.waiting[result.index] = result
                try commitReady(&state)
                if isAtEnd { try state.settle() }
            }
            for source in sources {
                var reader: ChunkReader
                do {
                    reader = try ChunkReader(
                        source, checkpoints: options.again ? [] : writer.manifest.checkpoints,
                        chunkBytes: options.chunkBytes, workers: threads)
                } catch {
                    state.report.failures.append((source.name, error))
                    continue
                }
                state.report.bytesLoadedBefore += reader.loadedBefore
                state.former = reader.former
                while state.failure == nil {
                    try Task.checkCancellation()
                    if chunks.isEmpty { try await collect() }
                    let chunk = chunks.removeLast()
                    guard try reader.next(chunk) else {
                        chunks.append(chunk)
                        break
                    }
                    while busy == threads || index - state.nextToCommit >= Self.commitChunks + threads {
                        try await collect()
                    }
                    let known = idle.popLast()
                    let current = index
                    group.addTask {
                        let worker =
                            known
                            ?? ChunkWorker(
                                directory: directory, schema: schema, options: options, ids: ids,
                                classifier: classifier)
                        return (try worker.process(chunk, index: current), worker, chunk)
                    }
                    busy += 1
                    index += 1
                }
                // The next input is recognised by the checkpoints of this one.
                while busy > 0 { try await collect(isAtEnd: true) }
                try commit(&state)
                // Pieces of a line that may go on: they must not be committed with what the next input holds.
                state.ready = []
                state.consumedBefore += reader.consumed
                state.report.unfinished += reader.unfinished
                if let failure = state.failure ?? reader.failure {
                    state.report.failures.append((source.name, failure))
                }
                state.failure = nil
            }
        }
        // Giving back their memory takes longer than a commit; nobody waits for it.
        Task.detached(priority: .utility) { [idle] in extendLifetime(idle) }
        return state.report
    }

    private static var defaultThreads: Int { Processors.available }

    private func commitReady(_ state: inout State) throws {
        while let result = state.waiting.removeValue(forKey: state.nextToCommit) {
            state.nextToCommit += 1
            state.failure = state.failure ?? result.failure
            // Chunks behind one that could not be read would leave a gap.
            if state.failure == nil { state.ready.append(result) }
        }
        if ContinuousClock.now - state.lastCommit >= Self.commitInterval
            || state.ready.count(where: { !$0.files.isEmpty }) >= Self.commitChunks
        {
            try commit(&state)
        }
    }

    /// Commits the chunks that are ready, up to the last one that ends with a whole line.
    private func commit(_ state: inout State) throws {
        for index in state.ready.indices {
            try state.ready[index].settle()
        }
        guard let last = state.ready.lastIndex(where: { $0.checkpoint != nil }) else { return }
        let results = state.ready[...last]
        try directory.syncNames(of: results)
        try writer.commit { manifest in
            var former = state.former
            for result in results {
                result.add(to: &manifest)
                guard let checkpoint = result.checkpoint else { continue }
                manifest.record(InputProgress(former: former, checkpoint: checkpoint))
                former = checkpoint
            }
        }
        for result in results {
            state.report.events += result.events
            state.report.bytes += result.rawBytes
            state.report.quarantined += result.quarantinedLines
            state.report.complaints += result.complaints.prefix(max(0, 20 - state.report.complaints.count))
            state.former = result.checkpoint ?? state.former
        }
        if let result = state.ready[...last].last {
            progress?(
                IngestProgress(
                    input: result.input, bytesRead: state.consumedBefore + result.consumed, events: state.report.events)
            )
        }
        state.ready.removeFirst(last + 1)
        state.lastCommit = .now
    }
}
