import ArgumentParser
import AuditStore

struct RareCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "rare", abstract: "Finds values that occur in few events.",
        discussion: """
            A column for each field, then count, firstTime, lastTime, and of the first event first.user, first.remoteIP, \
            first.verb, first.object, first.code and first.auditID (of CloudTrail first.user, first.sourceIP, first.action, \
            first.resource, first.error and first.eventID). Rarest first, then latest first. Most requests leave an \
            event for each of their stages: `--where isTerminal` counts them once.
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(help: ArgumentHelp("Fields, alone or in combination.", valueName: "field,…")) var by: String
    @Option(help: ArgumentHelp("Values of fewer events than this.", valueName: "n")) var fewerThan = 3
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit = 100

    func validate() throws {
        if fewerThan < 2 { throw ValidationError("--fewer-than takes a number from 2 up.") }
        if limit < 1 { throw ValidationError("--limit takes a number from 1 up.") }
    }

    var storeOptions: StoreOptions { options.store }

    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        let fields = TextQuery.list(by)
        let values = try await options.events(of: store).rare(fewerThan: fewerThan, by: fields, limit: limit + 1)
        try options.write(
            ResultTable(
                columns: fields + ["count", "firstTime", "lastTime"] + Schema.cellColumns("first"),
                rows: options.cut(values, limit).map { value in
                    value.key.map { Cell($0) }
                        + [Cell(value.count), Cell(value.firstTime), Cell(value.lastTime)]
                        + Schema.cells(value.first)
                }))
    }
}
