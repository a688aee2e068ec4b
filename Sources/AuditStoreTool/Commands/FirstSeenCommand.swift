import ArgumentParser
import AuditStore
import KubernetesAudit

struct FirstSeenCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-seen", abstract: "Finds values that never occurred before a time.",
        discussion: """
            What came before --since is the baseline; --baseline-since says how far it reaches back. Without --by (Kubernetes only): new \
            users, addresses, user agents and images, with the columns kind and value; with it a column for each field. Then \
            firstTime, count, and of the first event first.user, first.remoteIP, first.verb, first.object, first.code and \
            first.auditID (of CloudTrail first.user, first.sourceIP, first.action, first.resource, first.error and \
            first.eventID). In the order of firstTime.
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(help: ArgumentHelp("Fields, alone or in combination.", valueName: "field,…")) var by: String?
    @Option(help: ArgumentHelp("Where the baseline begins. (default: with the store)", valueName: "time"))
    var baselineSince: String?
    @Option(help: ArgumentHelp("At most so many; without --by, of each kind.", valueName: "n")) var limit = 100

    func validate() throws {
        if options.selection.since == nil {
            throw ValidationError("first-seen needs --since: what came before it is the baseline.")
        }
        if limit < 1 { throw ValidationError("--limit takes a number from 1 up.") }
    }

    var storeOptions: StoreOptions { options.store }

    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        let since = try TimeArgument.instant(options.selection.since ?? "now")
        var wider = options
        wider.selection.since = baselineSince
        let events = try wider.events(of: store)
        if let by {
            let fields = TextQuery.list(by)
            let values = try await events.firstSeen(since: since, by: fields, limit: limit + 1)
            try options.write(
                ResultTable(
                    columns: fields + Self.columns(Schema.self),
                    rows: options.cut(values, limit).map { value in
                        value.key.map { Cell($0) } + [Cell(value.firstTime), Cell(value.count)]
                            + Schema.cells(value.first)
                    }))
        } else {
            guard let events = events as? EventQuery<KubernetesAudit> else {
                throw ValidationError("Give --by: without it, first-seen is for audit logs of Kubernetes.")
            }
            let newcomers = try await events.newcomers(since: since, limit: limit + 1)
            try options.write(
                ResultTable(
                    columns: ["kind", "value"] + Self.columns(Schema.self),
                    rows: Newcomer.Kind.allCases.flatMap { kind in
                        options.cut(newcomers.filter { $0.kind == kind }, limit)
                    }.map { new in
                        [.string(new.kind.rawValue), .string(new.value)]
                            + [Cell(new.firstTime), Cell(new.count)] + KubernetesAudit.cells(new.first)
                    }))
        }
    }

    private static func columns(_ schema: (some ToolSchema).Type) -> [String] {
        ["firstTime", "count"] + schema.cellColumns("first")
    }
}
