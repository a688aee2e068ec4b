import ArgumentParser
import AuditStore

struct StatsCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Events, time range, raw and stored bytes.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption
    @Flag(help: "The figures of each column, largest first.") var columns = false

    var storeOptions: StoreOptions { options }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws {
        var out = OutputBuffer(descriptor: 1)
        if columns {
            try Self.table(try await store.columnStatistics(), events: try store.statistics.events)
                .write(as: output.resolved, style: output.style, to: &out)
        } else {
            try Self.record(try store.statistics).write(as: output.resolved, style: output.style, to: &out)
        }
        try out.flush()
    }

    private static func record(_ figures: StoreStatistics) -> ResultRecord {
        var record = ResultRecord()
        for figure in figures.figures {
            var display: String?
            if case .int(let value) = figure.value {
                switch figure.unit {
                case .none: break
                case .count: display = HumanFormat.count(Int(value))
                case .bytes: display = HumanFormat.bytes(Int(value))
                }
            }
            record.add(figure.name, figure.value, display: display)
        }
        return record
    }

    private static func table(_ columns: [ColumnStatistics], events: UInt64) -> ResultTable {
        let rows = columns.map { column -> [Cell] in
            let perEvent = events == 0 ? 0 : Double(column.bytes) / Double(events)
            return [
                .string(column.path), .string(column.kind), .string(column.encodings.joined(separator: " ")),
                .int(Int64(column.values)), .int(Int64(column.distinct)), .int(Int64(column.bytes)),
                .double((perEvent * 1000).rounded() / 1000), .int(Int64(column.dictionaryBytes)),
                .int(Int64(column.valueBytes)), .int(Int64(column.filterBytes)),
            ]
        }
        return ResultTable(
            columns: [
                "column", "kind", "encoding", "values", "distinct", "bytes", "bytesPerEvent", "dictionaryBytes",
                "valueBytes", "filterBytes",
            ], rows: rows)
    }
}
