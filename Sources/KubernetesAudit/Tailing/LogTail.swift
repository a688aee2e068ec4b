public import AuditStore
import Synchronization

/// Follows logs that a kube-apiserver, or anyone else who writes a JSON object a line, is writing and rotating.
///
///     let writer = try await store.writer()
///     let tail = store.tail(["/var/log/kubernetes/audit"], into: writer)
///     try await tail.run()                    // until its task is cancelled
///
/// Each line is in the store once, whatever happens: a log is renamed, compressed, truncated or removed; the process is killed; the
/// power fails. How far a log was read commits together with its events, and it is known by what it holds, not by its name.
public final class LogTail: Sendable {
    private let engine: TailEngine
    private let changes: any FileChanges
    private let options: TailOptions
    private let published = Mutex(TailStatus())

    init(_ engine: TailEngine, changes: any FileChanges, options: TailOptions) {
        self.engine = engine
        self.changes = changes
        self.options = options
    }

    /// How far it is. Costs nothing; as of the last look at the files.
    public var status: TailStatus { published.withLock { $0 } }

    /// How often is looked where nothing tells of changes, and where something does.
    private static let pollInterval = Duration.milliseconds(200)
    private static let safetyInterval = Duration.seconds(5)

    /// Follows the logs until the task is cancelled, or the store takes nothing any more.
    ///
    /// What cannot be read is among the problems of the ``status``, and is tried again. The writer stays open: who made it closes it.
    /// - Throws: `CancellationError`; `AuditStoreError`: `.syncFailed` or `.closed` if the writer has stopped.
    public func run() async throws {
        var kinds: ChangeKinds = .names
        while true {
            try Task.checkCancellation()
            let start = ContinuousClock.now
            let look = try await engine.look(atNames: kinds.contains(.names), changes)
            published.withLock { $0 = look.status }
            if look.hasRead {
                try await Task.sleep(until: start + options.batchInterval, clock: .continuous)
                // What changed meanwhile is told at once, or not asked for.
                kinds = await changes.wait(atMost: .zero).union(.contents)
                continue
            }
            let isTold = changes.isNotified && look.isWatched && !options.polls
            let limit = min(isTold ? Self.safetyInterval : Self.pollInterval, look.next ?? Self.safetyInterval)
            kinds = await changes.wait(atMost: max(limit, .milliseconds(1)))
            if kinds.isEmpty { kinds = .names }
        }
    }
}

extension AuditStore where Schema == KubernetesAudit {
    /// A tail of the logs in files and directories, which is followed when it is `run`.
    ///
    /// - Parameters:
    ///   - paths: directories, of which every file is a log; or logs, of which the backups beside them are found by name. They need not be
    ///     there yet.
    ///   - writer: takes the events. Others may append to it meanwhile.
    public func tail(_ paths: [String], into writer: StreamWriter, options: TailOptions = TailOptions()) throws
        -> LogTail
    {
        let files = PosixTailFiles()
        let engine = TailEngine(core: core, writer: writer, paths: paths, files: files, options: options)
        return LogTail(engine, changes: options.polls ? PolledChanges() : files.changes(), options: options)
    }
}
