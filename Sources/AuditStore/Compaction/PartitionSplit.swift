import SegmentFormat
import Shredding

/// Divides a segment whose events are of several days or retention classes into one for each.
enum PartitionSplit {
    struct Part {
        var day: Int64?
        var retentionClass: UInt64
        var metadata: SegmentMetadata
        var bytes: [UInt8]
        var times: EventTimes
        /// Relative to the segment's first event.
        var firstSequence: UInt64
        var lastSequence: UInt64
    }

    private struct Target: Hashable {
        /// Events without a day, and of days beyond those that get a partition, have none.
        var day: Int64?
        var retentionClass: UInt64
    }

    /// What goes into one part.
    private struct Share {
        var rows: [[Int32]]
        var times = EventTimes()
        /// Relative to the segment's first event.
        var first: Int
    }

    /// Days of one chunk that get segments of their own. Events of further days go to the undated partition: they are
    /// found all the same, by the time range in the manifest, and no input makes a segment an event.
    private static let daysPerChunk = 32

    /// - Parameter classes: nil if all events are of the class `default`.
    static func split(_ segment: SegmentReader, schema: ShreddingSchema, classes: RowClasses?) throws -> [Part] {
        let rowTimes = try RowTimes(segment, schema: schema)
        let reader = RowGroupReader(segment)
        var times: [[Int64?]] = []
        var counts: [Int64: Int] = [:]
        for group in segment.metadata.rowGroups.indices {
            reader.open(group)
            times.append(try rowTimes?.times(reader) ?? Array(repeating: nil, count: reader.rows))
            for case let time? in times[group] { counts[EventTimes.day(time), default: 0] += 1 }
        }
        let kept = Set(counts.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(daysPerChunk).map(\.key))

        var shares: [Target: Share] = [:]
        var base = 0
        for group in times.indices {
            for (row, time) in times[group].enumerated() {
                let day = time.map(EventTimes.day).flatMap { kept.contains($0) ? $0 : nil }
                let target = Target(day: day, retentionClass: classes?.id(row, group: group) ?? 0)
                shares[target, default: Share(rows: times.map { _ in [] }, first: base + row)].rows[group].append(
                    Int32(row))
                shares[target]?.times.add(time: time)
            }
            base += times[group].count
        }
        let compressor = Compressor()
        let order = shares.sorted {
            ($0.key.day ?? .max, $0.key.retentionClass) < ($1.key.day ?? .max, $1.key.retentionClass)
        }
        return try order.compactMap { target, share in
            let output = ByteSink()
            let merger = SegmentMerger(
                schema: schema, profile: .young, firstSequence: UInt64(share.first), shreddedPaths: [],
                compressor: compressor, sink: output.append)
            try merger.append(segment, base: 0) { share.rows[$0.group] }
            guard let metadata = try merger.finish() else { return nil }
            return Part(
                day: target.day, retentionClass: target.retentionClass, metadata: metadata, bytes: output.bytes,
                times: share.times, firstSequence: merger.firstSequence, lastSequence: merger.lastSequence)
        }
    }
}

/// Collects a segment in memory.
final class ByteSink {
    private(set) var bytes: [UInt8] = []
    func append(_ new: UnsafeRawBufferPointer) { bytes.append(contentsOf: new) }
}
