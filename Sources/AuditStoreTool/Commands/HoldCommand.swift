import ArgumentParser
import AuditStore

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Legal holds: events that neither expire nor can be deleted.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: StoreCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Holds the events that match, those that come later, too.")

        @Argument(help: "Tells the hold from others.") var name: String
        @OptionGroup var options: StoreOptions
        @OptionGroup var author: AuthorOption
        @Option(name: .customLong("where"), help: ArgumentHelp("Which events, in CEL.", valueName: "expr"))
        var condition: String?
        @Option(help: ArgumentHelp("Only events at or after this time.", valueName: "time")) var since: String?
        @Option(help: ArgumentHelp("Only events before this time.", valueName: "time")) var until: String?
        @Option(help: ArgumentHelp("Why, for the report.", valueName: "text")) var reason: String?

        func validate() throws {
            guard condition != nil || since != nil || until != nil else {
                throw ValidationError("Say which events: --where EXPR, --since, --until.")
            }
        }

        var storeOptions: StoreOptions { options }

        func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
            try await store.addHold(
                name, where: condition, since: since, until: until, reason: reason, by: author.name)
        }
    }

    struct List: StoreCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "The legal holds that stand.")

        @OptionGroup var options: StoreOptions
        @OptionGroup var output: FormatOption

        var storeOptions: StoreOptions { options }

        func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
            let rows = try store.holds.map { hold -> [Cell] in
                [
                    .string(hold.name), .optional(hold.condition), hold.since.map { .time($0) } ?? .null,
                    hold.until.map { .time($0) } ?? .null, .time(hold.added), .optional(hold.by),
                    .optional(hold.reason),
                ]
            }
            let columns = ["name", "where", "since", "until", "added", "by", "reason"]
            var out = OutputBuffer(descriptor: 1)
            try ResultTable(columns: columns, rows: rows).write(as: output.resolved, style: output.style, to: &out)
            try out.flush()
        }
    }

    struct Remove: StoreCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Ends a hold: its events expire and can be deleted again.")

        @Argument(help: "The name of the hold.") var name: String
        @OptionGroup var options: StoreOptions
        @OptionGroup var author: AuthorOption
        @Option(help: ArgumentHelp("Why, for the report.", valueName: "text")) var reason: String?

        var storeOptions: StoreOptions { options }

        func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
            try await store.removeHold(name, reason: reason, by: author.name)
        }
    }
}
