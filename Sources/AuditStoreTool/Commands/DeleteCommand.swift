import ArgumentParser
import AuditStore

struct DeleteCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes events by a condition: nobody sees them any more.",
        discussion: """
            Their bytes go with the next compact. What a legal hold is on stays. Lines in quarantine have no fields, so that no \
            condition finds them. See Docs/Retention.md.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @OptionGroup var author: AuthorOption
    @Option(name: .customLong("where"), help: ArgumentHelp("Which events, in CEL.", valueName: "expr"))
    var condition: String
    @Option(help: ArgumentHelp("Only events at or after this time.", valueName: "time")) var since: String?
    @Option(help: ArgumentHelp("Only events before this time.", valueName: "time")) var until: String?
    @Option(help: ArgumentHelp("Why, for the report.", valueName: "text")) var reason: String?
    @Flag(help: "Changes nothing, and prints what would be deleted.") var dryRun = false

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        let report = try await store.delete(
            where: condition, since: since, until: until, reason: reason, by: author.name, dryRun: dryRun)
        var record = ResultRecord()
        func add(_ name: String, count: UInt64) {
            record.add(name, .int(Int64(count)), display: HumanFormat.count(Int(count)))
        }
        add("events", count: report.events)
        record.add("rawBytes", .int(Int64(report.rawBytes)), display: HumanFormat.bytes(Int(report.rawBytes)))
        record.add("segments", .int(Int64(report.segments)))
        record.add("firstTime", report.times.map { .time($0.lowerBound) } ?? .null)
        record.add("lastTime", report.times.map { .time($0.upperBound) } ?? .null)
        add("held", count: report.held)
        add("quarantined", count: report.quarantined)
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
        if report.held > 0 {
            options.say("\(HumanFormat.count(Int(report.held))) events match and stay because of a legal hold")
        }
        if report.quarantined > 0 {
            options.say("\(HumanFormat.count(Int(report.quarantined))) lines in quarantine were not looked at")
        }
        if !dryRun, report.events > 0 { options.say("the bytes are gone after: auditstore compact") }
    }
}
