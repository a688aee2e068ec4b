import ArgumentParser
import AuditStore

struct EventsCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Prints events, each the exact bytes it came in as, one a line.",
        discussion: """
            On a terminal, control characters are made visible; to a file or a pipe goes every byte as it came in.

            With --follow, events are printed as they become durable, also those that another process appends or tails: those \
            that come from now on; with --since, all from that time on; with --after, those behind the position that a former \
            --follow has told when it ended. An interrupt ends it (exit status 130).
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var selection: EventSelection
    @Option(help: "ingest, oldest or newest. (default: ingest)", transform: Self.order) var order: EventOrder?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit: Int?
    @Flag(help: "Goes on with the events that come.") var follow = false
    @Option(
        help: ArgumentHelp("Follows behind a position that a former --follow has told.", valueName: "position"),
        transform: Self.position) var after: LivePosition?
    @Flag(help: "What was no event, instead; why is on standard error.") var quarantined = false
    @Flag(help: "Executes the query, and prints what it looked at and what it left out instead of the events.")
    var explain = false

    @Sendable private static func order(_ text: String) throws -> EventOrder {
        guard let order = EventOrder(rawValue: text) else { throw ValidationError("give ingest, oldest or newest") }
        return order
    }

    @Sendable private static func position(_ text: String) throws -> LivePosition {
        guard let position = LivePosition(text) else { throw ValidationError("it is no position of a --follow") }
        return position
    }

    func validate() throws {
        if follow || after != nil {
            if quarantined || explain || selection.until != nil || order ?? .ingest != .ingest {
                throw ValidationError("--follow goes with --where, --since, --after and --limit only.")
            }
        }
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
        if follow || after != nil {
            let start: LiveStart = after.map { .position($0) } ?? (selection.since == nil ? .now : .beginning)
            let reader = try store.events.matching(selection.condition, since: selection.since, until: nil)
                .live(from: start).reader()
            var left = limit ?? .max
            var printed: LivePosition?
            // Whoever goes on behind it gets what was not printed, and only that.
            defer { if let position = printed ?? reader.position { options.say("position \(position)") } }
            while left > 0 {
                let page = try await reader.nextPage()
                for item in page.prefix(left) {
                    try item.bytes.withUnsafeBytes { try print($0) }
                    printed = item.position
                }
                left -= min(left, page.count)
                if left > 0 { printed = nil }
                try out.flush()
            }
        } else if explain {
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
