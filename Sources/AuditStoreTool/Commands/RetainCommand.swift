import ArgumentParser
import AuditStore

struct RetainCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "retain", abstract: "Drops the days whose events have been kept long enough.",
        discussion: """
            Prints what goes, by day and class. What a legal hold is on stays. If the clock may be wrong, or if more than half of \
            the events would go, nothing is dropped unless --force says so. See Docs/Retention.md.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @OptionGroup var author: AuthorOption
    @Option(
        help: ArgumentHelp(
            "Keeps events that no rule gives another class so many calendar months, now and later. (a new store: 13)",
            valueName: "n"))
    var months: Int?
    @Option(
        help: ArgumentHelp(
            """
            Sets the rules that choose the class of events loaded from now on: a Kubernetes audit policy with months, as YAML or \
            JSON. Drops nothing; prints the classes.
            """, valueName: "file"))
    var policy: String?
    @Flag(help: "Removes the rules: events loaded from now on are of the class default. Drops nothing.")
    var noPolicy = false
    @Flag(help: "Changes nothing, and prints what would go.") var dryRun = false
    @Flag(help: "Drops even what looks like a mistake.") var force = false
    @Flag(help: "Prints what was expired, deleted and held so far, when, by whom and why.") var report = false

    func validate() throws {
        let setsPolicy = policy != nil || noPolicy
        if report, months != nil || dryRun || force || setsPolicy { throw ValidationError("--report goes alone.") }
        if setsPolicy, months != nil || force || policy != nil && noPolicy {
            throw ValidationError("--policy and --no-policy go alone, or with --dry-run.")
        }
    }

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        var out = OutputBuffer(descriptor: 1)
        if report {
            try Self.table(try store.retentionRecords).write(as: output.resolved, style: output.style, to: &out)
            return try out.flush()
        }
        if policy != nil || noPolicy {
            let text = try policy.map { String(decoding: try PolicyFile.read($0), as: UTF8.self) }
            let classes = try await store.setRetentionPolicy(text, by: author.name, dryRun: dryRun)
            try Self.table(classes).write(as: output.resolved, style: output.style, to: &out)
            return try out.flush()
        }
        let expired = try await store.retain(months: months, dryRun: dryRun, force: force, by: author.name)
        try Self.table(expired).write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
        let held = expired.held == 0 ? "" : "; \(HumanFormat.count(Int(expired.held))) stay because of a legal hold"
        options.say(
            """
            \(HumanFormat.count(Int(expired.events))) events \(dryRun ? "would go" : "are gone"), \
            \(HumanFormat.bytes(Int(expired.storedBytes))) of files\(held)
            """)
        if dryRun, let refusal = expired.refusal { options.say("Without --force: \(refusal)") }
        for failure in expired.failures {
            Terminal.say("auditstore: \(failure.file) stays, since a legal hold may be on it: \(failure.error)")
        }
        if !expired.failures.isEmpty { throw ExitStatus.failed }
    }

    private static func table(_ report: ExpiryReport) -> ResultTable {
        let rows = report.partitions.map { partition -> [Cell] in
            [
                .string(partition.partition), .string(partition.retentionClass.name),
                partition.retentionClass.months.map { .int(Int64($0)) } ?? .null, .int(Int64(partition.segments)),
                .int(Int64(partition.events)), .int(Int64(partition.rawBytes)), .int(Int64(partition.storedBytes)),
                .int(Int64(partition.held)),
            ]
        }
        return ResultTable(
            columns: ["partition", "class", "months", "segments", "events", "rawBytes", "storedBytes", "held"],
            rows: rows)
    }

    private static func table(_ classes: [RetentionClass]) -> ResultTable {
        let rows = classes.map { [.string($0.name), $0.months.map { .int(Int64($0)) } ?? .null] as [Cell] }
        return ResultTable(columns: ["class", "months"], rows: rows)
    }

    private static func table(_ records: [RetentionRecord]) -> ResultTable {
        let rows = records.map { record -> [Cell] in
            [
                .time(record.time), .string("\(record.kind)"), .optional(record.name), .optional(record.rule),
                .int(Int64(record.events)), .int(Int64(record.rawBytes)), .int(Int64(record.segments)),
                .int(Int64(record.storedBytes)), .int(Int64(record.held)),
                record.times.map { .time($0.lowerBound) } ?? .null, record.times.map { .time($0.upperBound) } ?? .null,
                .optional(record.by), .optional(record.reason),
            ]
        }
        return ResultTable(
            columns: [
                "time", "what", "name", "rule", "events", "rawBytes", "segments", "storedBytes", "held", "firstTime",
                "lastTime", "by", "reason",
            ], rows: rows)
    }
}

private enum PolicyFile {
    /// The bytes of a policy; one that is too long is refused before it is read.
    static func read(_ path: String) throws -> [UInt8] {
        let file = try PosixFileSystem().openForReading(path)
        guard file.size <= 64 << 10 else {
            throw AuditStoreError(
                .limit, "the policy is too long", location: .init(file: path), expected: "at most 65536 bytes",
                found: "\(file.size)")
        }
        return try [UInt8](unsafeUninitializedCapacity: Int(file.size)) { buffer, count in
            count = try file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}

/// Who changes what is kept, for the report.
struct AuthorOption: ParsableArguments {
    @Option(help: ArgumentHelp("Who does it, for the report. (default: $SUDO_USER or $USER)", valueName: "name"))
    var by: String?

    var name: String? { by ?? Terminal.environment("SUDO_USER") ?? Terminal.environment("USER") }
}

extension Cell {
    /// - Parameter microseconds: since 1970.
    static func time(_ microseconds: Int64) -> Cell { .string(Instant(microseconds: microseconds).description) }

    static func optional(_ text: String?) -> Cell { text.map { .string($0) } ?? .null }
}
