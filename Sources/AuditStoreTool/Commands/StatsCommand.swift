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
        func add(_ name: String, count: UInt64) {
            record.add(name, .int(Int64(count)), display: HumanFormat.count(Int(count)))
        }
        func add(_ name: String, bytes: UInt64) {
            record.add(name, .int(Int64(bytes)), display: HumanFormat.bytes(Int(bytes)))
        }
        func time(_ value: Int64?) -> Cell { value.map { .string(Instant(microseconds: $0).description) } ?? .null }
        add("events", count: figures.events)
        add("deleted", count: figures.deleted)
        record.add("firstTime", time(figures.timeRange?.lowerBound))
        record.add("lastTime", time(figures.timeRange?.upperBound))
        add("rawBytes", bytes: figures.rawBytes)
        add("storedBytes", bytes: figures.storedBytes)
        record.add("bytesPerEvent", .double((figures.bytesPerEvent * 100).rounded() / 100))
        record.add("ratio", .double((figures.ratio * 100).rounded() / 100))
        record.add("segments", .int(Int64(figures.segments)))
        record.add("youngSegments", .int(Int64(figures.youngSegments)))
        record.add("partitions", .int(Int64(figures.partitions)))
        add("unsealedEvents", count: figures.unsealedEvents)
        add("quarantined", count: figures.quarantined)
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
