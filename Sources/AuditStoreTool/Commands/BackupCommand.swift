import ArgumentParser
import AuditStore

struct BackupCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Makes a store in another directory that holds what this one holds now.",
        discussion: """
            Loads, streams and queries go on meanwhile. What a stream has acknowledged is in the backup, sealed or not. The \
            backup is durable at the end, and it is a store: to restore it, use it, from wherever it lies then. If the command \
            fails or is interrupted, no store is there.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @Option(name: .customLong("to"), help: ArgumentHelp("A directory that is new or empty.", valueName: "dir"))
    var target: String
    @Flag(help: "Copies every byte, and makes no hard links to the files of the store.") var copy = false
    @Option(
        name: .customLong("earlier"),
        help: ArgumentHelp("An earlier backup: what has not changed since is linked from there.", valueName: "dir"))
    var earlier: String?

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        var backup = BackupOptions()
        backup.copies = copy
        backup.earlier = earlier
        let bar = ProgressBar(label: "backup", totalBytes: nil, quiet: options.quiet)
        let report: BackupReport
        do {
            report = try await store.backup(to: target, options: backup) {
                bar.update(bytes: Int($0.bytesDone), events: 0, totalBytes: Int($0.totalBytes))
            }
        } catch {
            bar.finish(.removed)
            throw error
        }
        bar.finish(.removed)
        var record = ResultRecord()
        func add(_ name: String, bytes: UInt64) {
            record.add(name, .int(Int64(bytes)), display: HumanFormat.bytes(Int(bytes)))
        }
        record.add("events", .int(Int64(report.events)), display: HumanFormat.count(Int(report.events)))
        record.add("segments", .int(Int64(report.segments)))
        add("bytesLinked", bytes: report.bytesLinked)
        add("bytesCopied", bytes: report.bytesCopied)
        add("walBytes", bytes: report.walBytes)
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
    }
}
