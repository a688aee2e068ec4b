import ArgumentParser
import AuditStore
import Dispatch
import KubernetesAudit

struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Follows logs as they are written and rotated, and takes each event once.",
        discussion: """
            A directory is followed with all files in it; a log with its backups beside it (`audit-2022-03-03T14-28-05.286.log`, \
            `audit.log.1`, compressed or not). Neither has to be there yet. How far a log was read commits with its events: after a \
            kill or a loss of power the next `tail` goes on there, whatever became of the names meanwhile. It ends by an interrupt \
            (exit status 130) or a SIGTERM (0), with all that it took sealed.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @Option(help: "Kept with every event, as the field `source`.") var source: String?
    @Option(help: "Kept with every event, as the field `cluster`.") var cluster: String?
    @Option(help: ArgumentHelp("A file that gets the status as JSON, each second that it changes.", valueName: "file"))
    var statusFile: String?
    @Option(help: ArgumentHelp("Bytes of text after which events are sealed into segments.", valueName: "n"))
    var sealBytes = WriterOptions().sealBytes
    @Flag(help: "Looks at the files now and then even where the system tells of changes.") var poll = false
    @Argument(help: ArgumentHelp("Directories or logs.", valueName: "path")) var paths: [String]

    func validate() throws {
        if sealBytes < 1 || sealBytes > 1 << 30 {
            throw ValidationError("--seal-bytes takes a number up to 1073741824.")
        }
        if paths.contains("-") { throw ValidationError("`append` reads standard input; tail follows files.") }
    }

    func run() async throws {
        let store = try await options.openOrCreateKubernetes(for: "tail")
        var writing = WriterOptions()
        writing.origin.source = source
        writing.origin.cluster = cluster
        writing.sealBytes = sealBytes
        var following = TailOptions()
        following.source = source
        following.cluster = cluster
        following.polls = poll
        let before = try store.core.quarantinedLines()
        let start = ContinuousClock.now
        let writer = try await store.writer(writing)
        let tail = try store.tail(paths, into: writer, options: following)
        let outcome = await follow(tail)
        try await writer.close()
        try outcome.get()
        let quarantined = try store.core.quarantinedLines() - before
        try print(tail.status, quarantined: quarantined, seconds: (ContinuousClock.now - start) / .seconds(1))
        if quarantined > 0 { throw ExitStatus.quarantined }
    }

    /// Until it fails, is interrupted, or a SIGTERM asks it to end.
    private func follow(_ tail: LogTail) async -> Result<Void, any Error> {
        let report = TailReport(tail, statusFile: statusFile, quiet: options.quiet)
        let reporting = Task { await report.run() }
        let running = Task { try await tail.run() }
        let termination = DispatchSource.makeSignalSource(signal: Terminal.takeTerminations())
        termination.setEventHandler { running.cancel() }
        termination.activate()
        let result = await withTaskCancellationHandler {
            await running.result
        } onCancel: {
            running.cancel()
        }
        termination.cancel()
        reporting.cancel()
        await reporting.value
        report.finish()
        if case .failure(is CancellationError) = result, !Task.isCancelled { return .success(()) }
        return result
    }

    private func print(_ status: TailStatus, quarantined: UInt64, seconds: Double) throws {
        var record = ResultRecord()
        record.add("events", .int(Int64(status.lines)), display: HumanFormat.count(Int(status.lines)))
        record.add("bytes", .int(Int64(status.bytes)), display: HumanFormat.bytes(Int(status.bytes)))
        record.add("quarantined", .int(Int64(quarantined)), display: HumanFormat.count(Int(quarantined)))
        record.add("truncations", .int(Int64(status.truncations)))
        record.add("behind", .int(Int64(status.bytesBehind)), display: HumanFormat.bytes(Int(status.bytesBehind)))
        record.add("seconds", .double(seconds), display: HumanFormat.duration(seconds: seconds))
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
    }
}
