import ArgumentParser
import AuditStore
import KubernetesAudit

struct FirstSeenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-seen", abstract: "Finds values that never occurred before a time.",
        discussion: """
            What came before --since is the baseline; --baseline-since says how far it reaches back. Without --by: new \
            users, addresses, user agents and images, with the columns kind and value; with it a column for each field. Then \
            firstTime, count, and of the first event first.user, first.remoteIP, first.verb, first.object, first.code and \
            first.auditID. In the order of firstTime.
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

    func run() async throws {
        let since = try TimeArgument.instant(options.selection.since ?? "now")
        var wider = options
        wider.selection.since = baselineSince
        let events = try await wider.events()
        if let by {
            let fields = TextQuery.list(by)
            let values = try await events.firstSeen(since: since, by: fields, limit: limit + 1)
            try options.write(
                ResultTable(
                    columns: fields + Self.columns,
                    rows: options.cut(values, limit).map { $0.key.map { Cell($0) } + Self.cells($0) }))
        } else {
            let newcomers = try await events.newcomers(since: since, limit: limit + 1)
            try options.write(
                ResultTable(
                    columns: ["kind", "value"] + Self.columns,
                    rows: Newcomer.Kind.allCases.flatMap { kind in
                        options.cut(newcomers.filter { $0.kind == kind }, limit)
                    }.map { new in
                        [.string(new.kind.rawValue), .string(new.value)]
                            + [Cell(new.firstTime), Cell(new.count)] + EventCells.cells(new.first)
                    }))
        }
    }

    private static let columns = ["firstTime", "count"] + EventCells.columns("first")

    private static func cells(_ value: SeenValue<[EventValue?], KubernetesEvent>) -> [Cell] {
        [Cell(value.firstTime), Cell(value.count)] + EventCells.cells(value.first)
    }
}
