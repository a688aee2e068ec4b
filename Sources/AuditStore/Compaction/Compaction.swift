import SegmentFormat
import Shredding

/// What compaction did.
public struct CompactionReport: Sendable {
    public var segmentsBefore = 0
    public var segmentsAfter = 0
    public var bytesBefore: UInt64 = 0
    public var bytesAfter: UInt64 = 0
    /// Segments that no page could be read of, left as they are, and why.
    public var failures: [(file: String, error: any Error)] = []

    public init() {}
}

/// How far compaction is.
public struct CompactionProgress: Sendable {
    /// Bytes of young segments read so far, of `totalBytes`.
    public var bytesRead: UInt64
    public var totalBytes: UInt64
}

/// Merges the segments of each day, and writes them with the strongest encodings.
struct Compaction {
    let directory: StoreDirectory
    let schema: ShreddingSchema
    let writer: WriterLock
    let ids: ClaimedIDs
    let progress: (@Sendable (CompactionProgress) -> Void)?

    func run() throws -> CompactionReport {
        var report = CompactionReport()
        let partitions = Dictionary(grouping: writer.manifest.segments, by: MergedTogether.init)
        let work = partitions.values.filter { $0.contains { !$0.isCompacted || $0.tombstones != nil } }
            .map { $0.sorted { $0.firstSequence < $1.firstSequence } }
            .sorted { $0[0].firstSequence < $1[0].firstSequence }
        let total = work.joined().reduce(0) { $0 + $1.storedBytes }
        var done: UInt64 = 0
        for segments in work {
            try Task.checkCancellation()
            do { try compact(segments, &report) } catch {
                let failure: any Error = (error as? SegmentError).map { AuditStoreError($0) } ?? error
                guard let damage = failure as? AuditStoreError, damage.code == .corrupt else { throw failure }
                // A damaged segment stays as it is, readable as far as it is; the other days go on.
                report.failures.append((damage.location?.file ?? directory.path, damage))
            }
            done += segments.reduce(0) { $0 + $1.storedBytes }
            progress?(CompactionProgress(bytesRead: done, totalBytes: total))
        }
        try directory.removeObsolete(writer)
        return report
    }

    /// Merges the segments of one day into as few as the limits allow, and commits.
    private func compact(_ segments: [SegmentDescription], _ report: inout CompactionReport) throws {
        let readers = try segments.map { try directory.open($0) }
        let paths = try ShreddedPathChoice.choose(from: readers, schema: schema)
        var written: [SegmentDescription] = []
        var current: Output?
        func finish() throws {
            guard let output = current else { return }
            if let segment = try output.finish() { written.append(segment) }
            current = nil
        }
        for (segment, reader) in zip(segments, readers) {
            try Task.checkCancellation()
            if let output = current, !output.merger.hasRoom(for: reader) { try finish() }
            if current == nil {
                current = try Output(
                    directory: directory, schema: schema, id: ids.next(), like: segment, paths: paths)
            }
            try current?.append(reader, segment)
        }
        try finish()

        try directory.files.syncDirectory(directory.location(FileNames.partition(segments[0].day)))
        let replaced = Set(segments.map(\.id))
        try writer.commit { manifest in
            manifest.segments.removeAll { replaced.contains($0.id) }
            manifest.segments += written
            manifest.segments.sort { $0.firstSequence < $1.firstSequence }
            manifest.obsolete += segments.flatMap { directory.names(of: $0) }
            if let erased = Self.erased(segments, at: directory.files.now) { manifest.retention.add(erased) }
        }
        report.segmentsBefore += segments.count
        report.segmentsAfter += written.count
        report.bytesBefore += segments.reduce(0) { $0 + $1.storedBytes }
        report.bytesAfter += written.reduce(0) { $0 + $1.storedBytes }
    }

    /// What the record of retention says of deleted events whose bytes are gone now; nil if there were none.
    private static func erased(_ segments: [SegmentDescription], at time: Int64) -> RetentionRecord? {
        var record = RetentionRecord(.erased, time: time)
        for segment in segments {
            guard let tombstones = segment.tombstones else { continue }
            record.segments += 1
            record.events += tombstones.rows
            record.rawBytes += tombstones.rawBytes
        }
        return record.segments > 0 ? record : nil
    }

    /// A segment that is being written.
    private final class Output {
        let merger: SegmentMerger
        private let directory: StoreDirectory
        private let schema: ShreddingSchema
        private let file: any WritableFile
        private var description: SegmentDescription

        init(
            directory: StoreDirectory, schema: ShreddingSchema, id: UInt64, like first: SegmentDescription,
            paths: [DocumentPath]
        ) throws {
            description = SegmentDescription(
                id: id, day: first.day, rows: 0, rawBytes: 0, storedBytes: 0, firstSequence: first.firstSequence,
                lastSequence: first.firstSequence, smallestTime: .max, largestTime: .min, undated: 0, isCompacted: true,
                retentionClass: first.retentionClass, loaded: first.loaded)
            self.directory = directory
            self.schema = schema
            let file = try directory.files.create(directory.location(directory.name(of: description)))
            self.file = file
            merger = SegmentMerger(
                schema: schema, profile: .compacted, firstSequence: first.firstSequence, shreddedPaths: paths,
                compressor: Compressor()
            ) { try file.append($0) }
        }

        func append(_ reader: SegmentReader, _ segment: SegmentDescription) throws {
            // Of several, the newest counts; where one does not know, nobody does.
            description.loaded = description.loaded.flatMap { known in segment.loaded.map { max(known, $0) } }
            if let deleted = reader.deleted {
                let live = deleted.complement
                try merger.append(reader, base: segment.firstSequence) { live.rows(group: $0.group) }
                description.add(try RowTimes.times(of: live, in: reader, schema: schema))
                return
            }
            try merger.append(reader, base: segment.firstSequence)
            description.smallestTime = min(description.smallestTime, segment.smallestTime)
            description.largestTime = max(description.largestTime, segment.largestTime)
            description.undated += segment.undated
        }

        func finish() throws -> SegmentDescription? {
            guard let metadata = try merger.finish() else {
                // All of its events were deleted.
                try file.close()
                try directory.files.remove(directory.location(directory.name(of: description)))
                return nil
            }
            try file.sync()
            try file.close()
            description.rows = UInt64(metadata.rows)
            description.rawBytes = metadata.rawBytes
            description.storedBytes = merger.bytesWritten
            description.lastSequence = merger.lastSequence
            return description
        }
    }
}

/// Segments that compaction may merge: of one partition, of one retention class, and, where the day is not known, loaded in one
/// month, so that events without a time expire some day though others come.
private struct MergedTogether: Hashable {
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
