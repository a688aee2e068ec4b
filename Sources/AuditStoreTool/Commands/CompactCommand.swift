import ArgumentParser
import AuditStore

struct CompactCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Merges each day's segments and rewrites them with the strongest encodings.",
        discussion: """
            Queries go on meanwhile, and what was done when it is interrupted stays done. `append` compacts by itself the days \
            that are over; while it runs, no other process can.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @Flag(help: "Prints what would be merged, and merges nothing.") var dryRun = false
    @Flag(help: "Reads back what is written, and compares each event with what was read, before it replaces anything.")
    var check = false
    @Option(
        help: ArgumentHelp(
            "Bytes of files that are read and written in a second, as `32MB`. (default: as many as the disk takes)",
            valueName: "bytes"))
    var rate: ByteCount?

    func validate() throws {
        if rate?.bytes ?? 1 < 1 { throw ValidationError("--rate takes a number of bytes above 0.") }
    }

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        if dryRun { return try print(try store.plannedCompaction()) }
        let bar = ProgressBar(label: "compact", totalBytes: nil, quiet: options.quiet)
        let report: CompactionReport
        do {
            report = try await store.compact(bytesPerSecond: rate?.bytes, checks: check) {
                bar.update(bytes: Int($0.bytesRead), events: 0, totalBytes: Int($0.totalBytes))
            }
        } catch {
            bar.finish(.removed)
            throw error
        }
        bar.finish(.removed)
        var record = ResultRecord()
        record.add("segmentsBefore", .int(Int64(report.segmentsBefore)))
        record.add("segmentsAfter", .int(Int64(report.segmentsAfter)))
        record.add("bytesBefore", .int(Int64(report.bytesBefore)), display: HumanFormat.bytes(Int(report.bytesBefore)))
        record.add("bytesAfter", .int(Int64(report.bytesAfter)), display: HumanFormat.bytes(Int(report.bytesAfter)))
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
        for failure in report.failures {
            Terminal.say("auditstore: \(failure.file) is left as it is: \(failure.error)")
        }
        if !report.failures.isEmpty { throw ExitStatus.failed }
    }

    private func print(_ merges: [PlannedMerge]) throws {
        let table = ResultTable(
            columns: ["partition", "segments", "events", "bytes"],
            rows: merges.map {
                [.string($0.partition), .int(Int64($0.segments)), .int(Int64($0.events)), .int(Int64($0.bytes))]
            })
        var out = OutputBuffer(descriptor: 1)
        try table.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
    }
}
