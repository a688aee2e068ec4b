import ArgumentParser
import AuditGenerator
import AuditStore

struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Writes a synthetic audit log to standard output, for benchmarks and sizing.",
        discussion: """
            The log of a cluster that does not exist, modelled on real ones: NDJSON in the order of time. Equal options give \
            equal bytes, on any machine and with any number of threads. Every auditID is a UUID of version 8, which no apiserver \
            makes; figures from such a log are to be called synthetic. `auditstore generate --events 1000000 | auditstore ingest \
            --cluster synthetic -` loads one.
            """)

    @Option(help: ArgumentHelp("So many events, exactly.", valueName: "n")) var events: Int
    @Option(help: ArgumentHelp("The size of the cluster, 1 to 5000.", valueName: "n")) var nodes = 200
    @Option(help: ArgumentHelp("Another seed is another cluster.", valueName: "n")) var seed: UInt64 = 1
    @Option(
        help: "How much of the bodies: metadata, mixed or requestresponse. (default: mixed)", transform: Self.level)
    var level = GeneratedLevel.mixed
    @Option(
        help: ArgumentHelp("Begins at this time, RFC 3339 or a date. (default: 2025-10-01)", valueName: "t"),
        transform: Self.start) var start: Int64 = GeneratorOptions.defaultStart
    @Option(help: ArgumentHelp("The events are spread over so many days.", valueName: "n")) var days = GeneratorOptions
        .defaultDays
    @Option(help: ArgumentHelp("Threads that render; the bytes are the same.", valueName: "n")) var threads = 1
    @Flag(help: "No progress bar and no messages but errors.") var quiet = false

    @Sendable private static func level(_ text: String) throws -> GeneratedLevel {
        guard let level = GeneratedLevel(rawValue: text) else {
            throw ValidationError("give metadata, mixed or requestresponse")
        }
        return level
    }

    @Sendable private static func start(_ text: String) throws -> Int64 {
        guard let instant = Instant(text) else {
            throw ValidationError("'\(text)' is no time: give one as 2026-01-31 or 2026-01-31T08:00:00Z")
        }
        return instant.microseconds
    }

    private func generator() throws -> AuditGenerator {
        var options = GeneratorOptions(events: events)
        (options.nodes, options.seed, options.level) = (nodes, seed, level)
        (options.start, options.days, options.threads) = (start, days, threads)
        return try AuditGenerator(options)
    }

    func validate() throws {
        do { _ = try generator() } catch let error as GeneratorError { throw ValidationError("--\(error)") }
    }

    func run() async throws {
        if !quiet { Terminal.say("synthetic: no cluster has ever logged these events") }
        // How many bytes it will be nobody knows; the bar counts events.
        let bar = ProgressBar(label: "generate", totalBytes: nil, quiet: quiet)
        defer { bar.finish(.removed) }
        try await generator().run {
            bar.update(bytes: $0.bytes, events: $0.events)
        } write: {
            try Terminal.write($0, to: Terminal.standardOutput)
        }
    }
}
