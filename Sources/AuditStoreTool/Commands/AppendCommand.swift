import ArgumentParser
import AuditStore

struct AppendCommand: WritingCommand {
    static let configuration = CommandConfiguration(
        commandName: "append", abstract: "Appends events from standard input as they come.",
        discussion: """
            Lines that have come are appended together and acknowledged when they are on the disk; the next ones are read \
            then. Events that are wholly equal to a recent one are dropped. After a kill or a loss of power, what was \
            acknowledged is there; it is sealed into segments by the next `append`, and read by all commands before. What is \
            no event goes to the quarantine, and the exit status is then 3.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @Option(
        help: "What the events are: kubernetes or cloudtrail. (default: what the store holds; a new one: kubernetes)")
    var schema: SchemaArgument?
    @Option(help: "Kept with every event, as the field `source`.") var source: String?
    @Option(help: "Kept with every event, as the field `cluster`.") var cluster: String?
    @Option(
        help: ArgumentHelp(
            """
            When an event is acknowledged: `commit`, when it is on the disk; `none`, when the system has it; a time like \
            `100ms` or `2s`, when the system has it, which then brings it to the disk so much later at most. A kill of the \
            process costs nothing in any case; a loss of power costs what is not on the disk. (default: commit)
            """, valueName: "when"))
    var durability = AppendDurability(value: .everyCommit)
    @Option(help: ArgumentHelp("Bytes of text after which events are sealed into segments.", valueName: "n"))
    var sealBytes = WriterOptions().sealBytes
    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Merges small segments, and rewrites days that are over for size, beside the stream.")
    var compaction = true
    @Option(
        help: ArgumentHelp("Bytes of files that compaction reads and writes in a second.", valueName: "bytes"))
    var compactionRate = ByteCount(bytes: CompactionOptions().bytesPerSecond)
    @Option(
        help: ArgumentHelp(
            "A day is rewritten when it is over, and nothing came to it, for so long.", valueName: "seconds"))
    var settleSeconds = Int(CompactionOptions().settleTime / .seconds(1))
    @Flag(help: "Prints how many lines are acknowledged so far, after each commit.") var acknowledge = false

    func validate() throws {
        if sealBytes < 1 || sealBytes > 1 << 30 {
            throw ValidationError("--seal-bytes takes a number up to 1073741824.")
        }
        if settleSeconds < 0 || settleSeconds > 366 * 86_400 {
            throw ValidationError("--settle-seconds takes a number up to that of a year.")
        }
        if compactionRate.bytes < 1 { throw ValidationError("--compaction-rate takes a number of bytes above 0.") }
    }

    private struct Counts {
        var events = 0
        var duplicates = 0
        var bytes = 0
        /// Those that are no events by their length.
        var longLines = 0
    }

    var storeOptions: StoreOptions { options }

    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        var writing = WriterOptions()
        writing.origin.source = source
        writing.origin.cluster = cluster
        writing.durability = durability.value
        writing.sealBytes = sealBytes
        writing.compaction?.bytesPerSecond = compactionRate.bytes
        writing.compaction?.settleTime = .seconds(settleSeconds)
        if !compaction { writing.compaction = nil }
        // By the manifest: what a former writer left is not looked at for it.
        let before = try store.core.quarantinedLines()
        let start = ContinuousClock.now
        let writer = try await store.writer(writing)
        report(writer.recovery, seconds: (ContinuousClock.now - start) / .seconds(1))
        var counts = Counts()
        do { try await appendAll(store, to: writer, &counts) } catch {
            try? await writer.close()
            throw error
        }
        try await writer.close()
        let quarantined = try store.core.quarantinedLines() - before
        try print(counts, quarantined: Int(quarantined), seconds: (ContinuousClock.now - start) / .seconds(1))
        if quarantined > 0 { throw ExitStatus.quarantined }
    }

    private func appendAll(
        _ store: AuditStore<some AuditSchema>, to writer: StreamWriter, _ counts: inout Counts
    ) async throws {
        let input = LineBatches()
        var out = OutputBuffer(descriptor: 1)
        while let batch = try input.next() {
            try Task.checkCancellation()
            switch batch {
            case .lines(let lines):
                let receipt = try await writer.append(lines: lines)
                counts.events += receipt.events
                counts.duplicates += receipt.duplicates
                counts.bytes += lines.count
            case .longLine:
                // No event is that long: it goes to the quarantine as when it is loaded, in pieces.
                let line = input.longLine
                let source = IngestSource(name: line.name, isRepeatable: false) { line }
                let report = try await store.core.ingest([source], options: IngestOptions())
                if let failure = report.failures.first { throw failure.error }
                counts.longLines += 1
                counts.bytes += Int(line.consumed)
            }
            if acknowledge {
                try out.append("\(counts.events + counts.duplicates + counts.longLines)\n")
                try out.flush()
            }
        }
    }

    private func report(_ recovery: RecoveryReport, seconds: Double) {
        if recovery.events > 0 {
            options.say(
                "recovered \(HumanFormat.count(Int(recovery.events))) events of a writer that did not close, from "
                    + "\(HumanFormat.bytes(Int(recovery.bytes))), in \(HumanFormat.duration(seconds: seconds))")
        }
        if recovery.tornBytes > 0 { options.say("\(recovery.tornBytes) bytes of an interrupted write were dropped") }
        for damage in recovery.damage { Terminal.say("auditstore: \(damage)") }
        if recovery.missingEvents > 0 {
            Terminal.say(
                "auditstore: \(recovery.missingEvents) events stood in what is damaged; its bytes are in quarantine")
        }
    }

    private func print(_ counts: Counts, quarantined: Int, seconds: Double) throws {
        guard !acknowledge else { return }
        var record = ResultRecord()
        record.add("events", .int(Int64(counts.events)), display: HumanFormat.count(counts.events))
        record.add("bytes", .int(Int64(counts.bytes)), display: HumanFormat.bytes(counts.bytes))
        record.add("quarantined", .int(Int64(quarantined)), display: HumanFormat.count(quarantined))
        record.add("duplicates", .int(Int64(counts.duplicates)), display: HumanFormat.count(counts.duplicates))
        record.add("seconds", .double(seconds), display: HumanFormat.duration(seconds: seconds))
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
    }
}

/// `commit`, `none`, `100ms` or `2s`.
struct AppendDurability: ExpressibleByArgument {
    var value: Durability

    init(value: Durability) { self.value = value }

    init?(argument: String) {
        switch argument {
        case "commit": value = .everyCommit
        case "none": value = .none
        default:
            let unit: Duration = argument.hasSuffix("ms") ? .milliseconds(1) : .seconds(1)
            guard argument.hasSuffix("s"), let count = Int(argument.dropLast(argument.hasSuffix("ms") ? 2 : 1)),
                count > 0,
                count <= 3_600_000
            else { return nil }
            value = .interval(unit * count)
        }
    }

    var defaultValueDescription: String { "commit" }
}
