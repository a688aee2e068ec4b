import SegmentFormat
import Shredding

/// Divides a segment whose events are of several days into one a partition.
enum PartitionSplit {
    struct Part {
        var day: Int64?
        var metadata: SegmentMetadata
        var bytes: [UInt8]
        var times: EventTimes
        /// Relative to the segment's first event.
        var firstSequence: UInt64
        var lastSequence: UInt64
    }

    /// Days of one chunk that get segments of their own. Events of further days go to the undated partition: they are
    /// found all the same, by the time range in the manifest, and no input makes a segment an event.
    private static let daysPerChunk = 32

    static func split(_ segment: SegmentReader, schema: ShreddingSchema) throws -> [Part] {
        guard let rowTimes = try RowTimes(segment, schema: schema) else { return [] }
        let reader = RowGroupReader(segment)
        // The day of each row.
        var days: [[Int64?]] = []
        var times: [[Int64?]] = []
        var counts: [Int64: Int] = [:]
        for group in segment.metadata.rowGroups.indices {
            reader.open(group)
            let groupTimes = try rowTimes.times(reader)
            let groupDays = groupTimes.map { $0.map(EventTimes.day) }
            for case let day? in groupDays { counts[day, default: 0] += 1 }
            times.append(groupTimes)
            days.append(groupDays)
        }
        let kept = Set(counts.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(daysPerChunk).map(\.key))
        var targets: [Int64?] = kept.sorted().map { $0 }
        let hasOthers = days.contains { $0.contains { $0.map { !kept.contains($0) } ?? true } }
        if hasOthers { targets.append(nil) }

        var parts: [Part] = []
        let compressor = Compressor()
        for target in targets {
            func isPicked(_ day: Int64?) -> Bool {
                target == nil ? day.map { !kept.contains($0) } ?? true : day == target
            }
            var eventTimes = EventTimes()
            var first: Int?
            var base = 0
            for group in days.indices {
                for row in days[group].indices where isPicked(days[group][row]) {
                    first = first ?? base + row
                    eventTimes.add(time: times[group][row])
                }
                base += days[group].count
            }
            guard let first else { continue }
            let output = ByteSink()
            let merger = SegmentMerger(
                schema: schema, profile: .young, firstSequence: UInt64(first), shreddedPaths: [],
                compressor: compressor,
                sink: output.append)
            try merger.append(segment, base: 0) { reader in
                days[reader.group].indices.compactMap { isPicked(days[reader.group][$0]) ? Int32($0) : nil }
            }
            guard let metadata = try merger.finish() else { continue }
            parts.append(
                Part(
                    day: target, metadata: metadata, bytes: output.bytes, times: eventTimes,
                    firstSequence: merger.firstSequence, lastSequence: merger.lastSequence))
        }
        return parts
    }
}

/// Collects a segment in memory.
final class ByteSink {
    private(set) var bytes: [UInt8] = []
    func append(_ new: UnsafeRawBufferPointer) { bytes.append(contentsOf: new) }
}
