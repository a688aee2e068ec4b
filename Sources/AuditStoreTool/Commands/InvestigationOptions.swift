import ArgumentParser
import AuditStore

/// The options that investigations share.
struct InvestigationOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var selection: EventSelection
    @OptionGroup var output: FormatOption
    @Option(help: ArgumentHelp("Workers. (default: one a processor)", valueName: "n")) var threads: Int?

    func validate() throws {
        if let threads, threads < 1 || threads > 256 {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
    }

    /// The events that --where, --since and --until leave.
    func events<Schema: ToolSchema>(of store: AuditStore<Schema>) throws -> EventQuery<Schema> {
        let events = try store.events
            .matching(selection.condition, since: selection.since, until: selection.until)
        return threads.map { events.threads($0) } ?? events
    }

    /// The first `limit` of what was found; says so where there is more.
    func cut<Found>(_ found: [Found], _ limit: Int) -> ArraySlice<Found> {
        if found.count > limit { store.say("there are more than \(limit); --limit shows them") }
        return found.prefix(limit)
    }

    func write(_ table: ResultTable) throws {
        var out = OutputBuffer(descriptor: 1)
        try table.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
    }
}

/// Times and lengths of time on the command line.
enum TimeArgument {
    static func instant(_ text: String) throws -> Instant {
        Instant(microseconds: try TextTime.parse(text, now: SystemClock.microsecondsSince1970))
    }

    /// In microseconds.
    static func length(_ text: String, option: String) throws -> Int64 {
        guard let length = TextTime.duration(text), length > 0 else {
            throw ValidationError("\(option) takes a length of time: 30s, 10m, 1h or 1d.")
        }
        return length
    }
}

extension Cell {
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
    init(_ number: Int?) { self = number.map { .int(Int64($0)) } ?? .null }
    init(_ time: Instant?) { self = time.map { .string($0.description) } ?? .null }
    init(_ value: EventValue?) { self.init(TextValue(value)) }
    init(_ value: JSONValue?) { self = value.map { .json($0.text) } ?? .null }
}
