import ArgumentParser
import AuditStore

struct EventsCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Prints events, each the exact bytes it came in as, one a line.",
        discussion: """
            On a terminal, control characters are made visible; to a file or a pipe goes every byte as it came in.
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: EventSelection
    @Option(help: "ingest, oldest or newest. (default: ingest)", transform: Self.order) var order: EventOrder?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @Flag(help: "What was no event, instead; why is on standard error.") var quarantined = false
    @Flag(help: "Executes the query, and prints what it looked at and what it left out instead of the events.")
    var explain = false

    @Sendable private static func order(_ text: String) throws -> EventOrder {
        guard let order = EventOrder(rawValue: text) else { throw ValidationError("give ingest, oldest or newest") }
        return order
    }

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0 up.") }
        if explain, quarantined { throw ValidationError("--explain and --quarantined exclude each other.") }
        if quarantined, selection.condition != nil || selection.since != nil || selection.until != nil {
            throw ValidationError("--quarantined takes no condition: what is in quarantine has no fields.")
        }
    }

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        var out = OutputBuffer(descriptor: Terminal.standardOutput)
        let isTerminal = Terminal.isTerminal(Terminal.standardOutput)
        func print(_ bytes: UnsafeRawBufferPointer, lineEnd: Bool = true) throws {
            if isTerminal {
                var visible: [UInt8] = []
                HostileText.appendVisible(bytes, to: &visible)
                try out.append(visible)
            } else {
                try out.append(bytes)
            }
            if lineEnd { try out.append(byte: 0x0a) }
        }
        if explain {
            let style = OutputStyle.detect(descriptor: 1)
            let explanation = try await store.explainEvents(
                where: selection.condition, since: selection.since, until: selection.until, order: order ?? .ingest,
                limit: limit)
            try ResultRecord(explanation).write(as: .standard(isTerminal: isTerminal), style: style, to: &out)
        } else if quarantined {
            var left = limit ?? .max
            try store.core.directory.forEachQuarantined { bytes, line in
                guard left > 0 else { return }
                if !line.isContinued { left -= 1 }
                options.say("\(line.input):\(line.offset): \(line.reason)")
                try print(bytes, lineEnd: !line.isContinued)
            }
        } else {
            try store.forEachEvent(
                where: selection.condition, since: selection.since, until: selection.until, order: order ?? .ingest,
                limit: limit
            ) { try print($0) }
        }
        try out.flush()
    }
}
