import ArgumentParser
import AuditStore

struct SequenceCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "sequence", abstract: "Finds events that came soon after others, of the same user or object.",
        discussion: """
            Columns: one for each field, firstCount (how many first events there were), first.time, then.time, gap (seconds \
            from the last first event to the second), and of both events .user, .remoteIP, .verb, .object, .code and .auditID (of CloudTrail \
            .user, .sourceIP, .action, .resource, .error and .eventID). \
            First events that follow each other within the time are one run and make one match. In the order of \
            then.time.

              auditstore sequence --first 'responseStatus.code == 403' --then 'objectRef.resource == "secrets" &&
                  responseStatus.code == 200' --within 1m --by user.username
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(help: ArgumentHelp("What comes first, in CEL.", valueName: "expr")) var first: String
    @Option(help: ArgumentHelp("What follows, in CEL.", valueName: "expr")) var then: String
    @Option(help: ArgumentHelp("The longest time between them.", valueName: "time")) var within = "5m"
    @Option(
        help: ArgumentHelp(
            "Fields that both have in common. (default: the user: user.username, of CloudTrail userIdentity.arn)",
            valueName: "field,…"))
    var by: String?
    @Option(help: ArgumentHelp("At most so many: the first ones.", valueName: "n")) var limit: Int?

    var storeOptions: StoreOptions { options.store }

    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        let within = try TimeArgument.length(within, option: "--within")
        let fields = TextQuery.list(by ?? Schema.userField)
        let matches = try options.events(of: store)
            .sequences(first: first, then: then, within: .microseconds(within), by: fields)
        let columns =
            fields + ["firstCount", "first.time", "then.time", "gap"] + Schema.cellColumns("first")
            + Schema.cellColumns("then")
        var out = OutputBuffer(descriptor: 1)
        var renderer = options.output.resolved.renderer(columns: columns, style: options.output.style)
        var left = limit ?? .max
        for try await match in matches {
            guard left > 0 else { break }
            left -= 1
            var row = match.key.map { Cell($0) }
            row += [Cell(match.firstCount), Cell(Schema.time(of: match.first)), Cell(Schema.time(of: match.then))]
            row.append(.double(match.gap / .seconds(1)))
            row += Schema.cells(match.first) + Schema.cells(match.then)
            try renderer.append(row, to: &out)
        }
        try renderer.finish(to: &out)
        try out.flush()
    }
}
