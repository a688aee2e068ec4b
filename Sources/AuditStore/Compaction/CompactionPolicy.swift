import SegmentFormat
import Shredding

/// Segments that are to be merged, neighbours in the order of ingest.
struct CompactionWork: Sendable {
    var segments: [SegmentDescription]
    var profile: SegmentProfile

    var storedBytes: UInt64 { segments.reduce(0) { $0 + $1.storedBytes } }

    var plan: PlannedMerge {
        PlannedMerge(
            partition: segments[0].day.map(FileNames.date) ?? FileNames.undated, segments: segments.count,
            events: segments.reduce(0) { $0 + $1.rows }, bytes: storedBytes)
    }
}

/// Segments that compaction may merge: of one partition, of one retention class, and, where the day is not known, loaded in one
/// month, so that events without a time expire some day though others come.
struct MergedTogether: Hashable {
    let day: Int64?
    let retentionClass: UInt64
    let month: Int64?

    init(_ segment: SegmentDescription) {
        day = segment.day
        retentionClass = segment.retentionClass
        let loaded = segment.loaded.map { CalendarMonths.month(ofDay: EventTimes.day($0)) }
        month = segment.day == nil ? loaded : nil
    }
}

extension SegmentDescription {
    /// It is young, or bytes of deleted events are in it.
    fileprivate var isToBeCompacted: Bool { !isCompacted || tombstones != nil }
}

/// Chooses what to merge. Only neighbours are, since the rows of a segment are in the order of ingest.
enum CompactionPolicy {
    /// Segments of a partition, oldest first.
    typealias Partition = [SegmentDescription]

    static func partitions(_ segments: [SegmentDescription]) -> [Partition] {
        Dictionary(grouping: segments, by: MergedTogether.init).values
            .map { $0.sorted { $0.firstSequence < $1.firstSequence } }
            .sorted { $0[0].firstSequence < $1[0].firstSequence }
    }

    /// All of it: each partition that has young segments becomes as few as the limits allow.
    static func everything(_ segments: [SegmentDescription]) -> [CompactionWork] {
        partitions(segments).filter { $0.contains(where: \.isToBeCompacted) }
            .map { CompactionWork(segments: $0, profile: .compacted) }
    }

    // MARK: Beside a stream

    /// So many small neighbours become one while their day is open.
    static let fanIn = 8
    /// Bytes of events, by which segments are small: what an idle stream seals by age, and a chunk of a busy one. An event is
    /// rewritten at most once for each before its day is settled.
    static let tiers: [UInt64] = [1 << 20, 8 << 20]

    /// Young neighbours of a day that is not settled. They stay young: they are rewritten with the rest of their day.
    static func tier(_ partition: Partition) -> CompactionWork? {
        for limit in tiers {
            for run in runs(of: partition, where: { !$0.isCompacted && $0.rawBytes <= limit }) where run.count >= fanIn
            {
                return CompactionWork(segments: Array(partition[run]), profile: .young)
            }
        }
        return nil
    }

    /// Young neighbours of a settled day, and of the segments beside them those that are no larger than all that is merged
    /// already: a late event costs as much as late events before it, and not a day.
    static func settled(_ partition: Partition) -> CompactionWork? {
        guard var run = runs(of: partition, where: \.isToBeCompacted).first else { return nil }
        func bytes(_ index: Int) -> UInt64 { partition[index].rawBytes }
        var sum = run.reduce(0) { $0 + bytes($1) }
        while true {
            if run.lowerBound > 0, bytes(run.lowerBound - 1) <= sum {
                sum += bytes(run.lowerBound - 1)
                run = run.lowerBound - 1..<run.upperBound
            } else if run.upperBound < partition.count, bytes(run.upperBound) <= sum {
                sum += bytes(run.upperBound)
                run = run.lowerBound..<run.upperBound + 1
            } else {
                return CompactionWork(segments: Array(partition[run]), profile: .compacted)
            }
        }
    }

    private static func runs(of partition: Partition, where fits: (SegmentDescription) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in partition.indices where fits(partition[index]) {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        return runs
    }
}
