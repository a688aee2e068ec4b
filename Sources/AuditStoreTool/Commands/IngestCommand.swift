import ArgumentParser
import AuditStore
import LogSources

struct IngestCommand: WritingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Loads audit logs.",
        discussion: """
            Plain files and files compressed by gzip, zstd or lz4 are told apart by content. A file that was loaded before, \
            wholly or in part, goes on where it stopped, also under another name or compressed meanwhile. What is no event \
            goes to the quarantine (`events --quarantined`), and the exit status is then 3.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @Option(
        help: "What the events are: kubernetes or cloudtrail. (default: what the store holds; a new one: kubernetes)")
    var schema: SchemaArgument?
    @Option(help: "Kept with every event of this load, as the field `source`.") var source: String?
    @Option(help: "Kept with every event of this load, as the field `cluster`.") var cluster: String?
    @Flag(help: "Load files anew that were loaded before.") var again = false
    @Option(help: ArgumentHelp("Workers. (default: one a processor)", valueName: "n")) var threads: Int?
    @Argument(help: ArgumentHelp("Files, directories, or - for standard input.", valueName: "file")) var files: [String]

    func validate() throws {
        if let threads, threads < 1 || threads > 256 {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
    }

    var storeOptions: StoreOptions { options }

    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        var ingest = IngestOptions()
        ingest.source = source
        ingest.cluster = cluster
        ingest.again = again
        ingest.threads = threads
        let sources = LogFiles.sources(files, lists: Schema.description.lists)
        let bar = ProgressBar(
            label: "ingest", totalBytes: LogFiles.totalBytes(sources).map { Int($0) }, quiet: options.quiet)
        let start = (wall: ContinuousClock.now, processor: Terminal.processorSeconds)
        let report: IngestReport
        do {
            report = try await store.core.ingest(sources, options: ingest) {
                bar.update(bytes: Int($0.bytesRead), events: Int($0.events))
            }
        } catch {
            bar.finish(.removed)
            throw error
        }
        bar.finish(.removed)
        try print(
            report, seconds: (ContinuousClock.now - start.wall) / .seconds(1),
            processorSeconds: Terminal.processorSeconds - start.processor)
        complain(report)
        if !report.failures.isEmpty { throw ExitStatus.failed }
        if report.quarantined > 0 { throw ExitStatus.quarantined }
    }

    private func print(_ report: IngestReport, seconds: Double, processorSeconds: Double) throws {
        var record = ResultRecord()
        record.add("events", .int(Int64(report.events)), display: HumanFormat.count(Int(report.events)))
        record.add("bytes", .int(Int64(report.bytes)), display: HumanFormat.bytes(Int(report.bytes)))
        record.add("quarantined", .int(Int64(report.quarantined)), display: HumanFormat.count(Int(report.quarantined)))
        // Loading files drops no event: a file that was loaded before is recognised as a whole, and not event by event.
        record.add("duplicates", .int(0))
        record.add("seconds", .double(seconds), display: HumanFormat.duration(seconds: seconds))
        record.add(
            "cpuSeconds", .double(processorSeconds), display: HumanFormat.duration(seconds: processorSeconds))
        record.add(
            "loadedBefore", .int(Int64(report.bytesLoadedBefore)),
            display: HumanFormat.bytes(Int(report.bytesLoadedBefore)))
        record.add("unfinished", .int(Int64(report.unfinished)), display: HumanFormat.bytes(Int(report.unfinished)))
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
    }

    private func complain(_ report: IngestReport) {
        for failure in report.failures { Terminal.say("auditstore: \(failure.input): \(failure.error)") }
        guard !options.quiet else { return }
        for complaint in report.complaints { Terminal.say("quarantined: \(complaint)") }
        if report.quarantined > report.complaints.count {
            Terminal.say("\(report.quarantined) lines are in quarantine; `auditstore events --quarantined` prints them")
        }
        if report.unfinished > 0 {
            Terminal.say("\(report.unfinished) bytes of an unfinished last line are left for the next load")
        }
    }
}
