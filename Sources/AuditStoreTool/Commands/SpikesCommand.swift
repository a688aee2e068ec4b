import ArgumentParser
import AuditStore

struct SpikesCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "spikes", abstract: "Finds stretches of time with many more events than the same hours before.",
        discussion: """
            Columns: time (start of the bucket), a column for each field, count, expected (the median of the buckets that it \
            is compared with), deviation, score (robust z-score), baseline (week, day or preceding: which buckets those are) \
            and history (how many). Earlier buckets than --since are history only; --history-since says how far that reaches \
            back. Highest score first.
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(help: ArgumentHelp("The width of time buckets: 10s, 30m, 1h, 1d.", valueName: "width")) var every = "1h"
    @Option(help: ArgumentHelp("Fields: each combination of values by itself.", valueName: "field,…")) var by: String?
    @Option(help: ArgumentHelp("The least score.", valueName: "z")) var score = RobustScore.usualThreshold
    @Option(help: ArgumentHelp("The least number of events in a bucket.", valueName: "n"))
    var minCount = SpikeOptions().minimumCount
    @Option(help: ArgumentHelp("Where history begins. (default: with the store)", valueName: "time"))
    var historySince: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit = 100

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit takes a number from 1 up.") }
    }

    var storeOptions: StoreOptions { options.store }

    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        let width = BucketWidth(microseconds: try TimeArgument.length(every, option: "--every"))
        let since = try options.selection.since.map(TimeArgument.instant)
        var wider = options
        wider.selection.since = historySince
        var spikeOptions = SpikeOptions()
        spikeOptions.threshold = score
        spikeOptions.minimumCount = minCount
        spikeOptions.limit = limit + 1
        let fields = by.map(TextQuery.list) ?? []
        let spikes = try await wider.events(of: store).spikes(
            every: width, since: since, options: spikeOptions, by: fields)
        try options.write(
            ResultTable(
                columns: ["time"] + fields + ["count", "expected", "deviation", "score", "baseline", "history"],
                rows: options.cut(spikes, limit).map { spike in
                    [.string(spike.time.shortDescription)] + spike.key.map { Cell($0) } + [
                        Cell(spike.count), .double(spike.score.expected), .double(Self.rounded(spike.score.deviation)),
                        .double(Self.rounded(spike.score.score)), .string(spike.baseline.rawValue), Cell(spike.history),
                    ]
                }))
    }

    /// To three places: more say nothing.
    private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
