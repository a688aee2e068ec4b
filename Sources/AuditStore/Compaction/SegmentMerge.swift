import SegmentFormat
import Shredding

/// Merges neighbouring segments into as few as the limits allow, and commits them in their place.
struct SegmentMerge {
    let directory: StoreDirectory
    let schema: ShreddingSchema
    let writer: WriterLock
    let ids: ClaimedIDs
    /// What is written is read back, and compared with what was read, before it takes the place of anything.
    let checks: Bool
    /// What is read and written; it may wait, or end the merge.
    let throttle: CompactionThrottle

    /// Others changed what was being merged; what was written is of no use.
    struct Superseded: Error {}

    /// - Parameter progress: gets the bytes of the segments that are merged so far.
    /// - Returns: the segments that took the place.
    func run(_ work: CompactionWork, progress: (UInt64) -> Void) throws -> [SegmentDescription] {
        // As every reader: who compacts by command may replace what is read here, and remove it.
        let lock = try directory.files.lock(directory.location(FileNames.readerLock), .shared, wait: true)
        defer { lock?.unlock() }
        // Bodies of compacted segments lie in pages all over their row group; those of young ones are read once, one after another.
        let cache = work.segments.contains(where: \.isCompacted) ? PageCache(budget: Self.cacheBytes) : nil
        let readers = try work.segments.map { try directory.open($0, throttle: throttle, cache: cache) }
        let paths = work.profile == .young ? [] : try ShreddedPathChoice.choose(from: readers, schema: schema)
        var written: [SegmentDescription] = []
        var current: Output?
        var done: UInt64 = 0
        func finish() throws {
            guard let output = current else { return }
            let segment = try output.finish()
            let digest = output.merger.digest
            // Its memory goes before the segment is read back.
            current = nil
            guard let segment else { return }
            if let digest { try check(segment, digest) }
            written.append(segment)
        }
        for (segment, reader) in zip(work.segments, readers) {
            try throttle.keepPace()
            if let output = current, !output.merger.hasRoom(for: reader) { try finish() }
            if current == nil { current = try Output(self, work, first: segment, paths) }
            try current?.append(reader, segment)
            done += segment.storedBytes
            progress(done)
        }
        try finish()
        try commit(work.segments, written)
        return written
    }

    /// Besides bodies, which a cache always has room for.
    private static let cacheBytes = 64 << 20

    /// Whatever went wrong in memory or in this program, the segments stay until what takes their
    /// place holds the same texts.
    private func check(_ segment: SegmentDescription, _ digest: TextDigest) throws {
        let reader = try directory.open(segment, throttle: throttle, cache: PageCache(budget: Self.cacheBytes))
        var found = TextDigest()
        try found.add(reader, pace: throttle.keepPace)
        guard found == digest else {
            throw AuditStoreError(
                .corrupt, "a merge would have changed events; what was to be merged stays as it is",
                location: .init(file: directory.location(directory.name(of: segment))))
        }
    }

    private func commit(_ segments: [SegmentDescription], _ written: [SegmentDescription]) throws {
        try directory.files.syncDirectory(directory.location(FileNames.partition(segments[0].day)))
        try throttle.keepPace()
        let replaced = Set(segments)
        try writer.commit { manifest in
            let count = manifest.segments.count
            manifest.segments.removeAll { replaced.contains($0) }
            guard count - manifest.segments.count == replaced.count else { throw Superseded() }
            manifest.segments += written
            manifest.segments.sort { $0.firstSequence < $1.firstSequence }
            manifest.obsolete += segments.flatMap { directory.names(of: $0) }
            if let erased = RetentionRecord.erased(segments, at: directory.files.now) { manifest.retention.add(erased) }
        }
    }

    /// A segment that is being written.
    private final class Output {
        let merger: SegmentMerger
        private let directory: StoreDirectory
        private let schema: ShreddingSchema
        private let file: any WritableFile
        private var description: SegmentDescription

        init(_ merge: SegmentMerge, _ work: CompactionWork, first: SegmentDescription, _ paths: [DocumentPath]) throws {
            description = SegmentDescription(
                id: merge.ids.next(), day: first.day, rows: 0, rawBytes: 0, storedBytes: 0,
                firstSequence: first.firstSequence, lastSequence: first.firstSequence, smallestTime: .max,
                largestTime: .min, undated: 0, isCompacted: work.profile == .compacted,
                retentionClass: first.retentionClass, loaded: first.loaded)
            directory = merge.directory
            schema = merge.schema
            let file = try directory.files.create(directory.location(directory.name(of: description)))
            self.file = file
            let throttle = merge.throttle
            merger = SegmentMerger(
                schema: merge.schema, profile: work.profile, firstSequence: first.firstSequence, shreddedPaths: paths,
                isDigested: merge.checks, compressor: Compressor(pace: throttle.keepPace), pace: throttle.keepPace
            ) {
                try file.append($0)
                throttle.add(bytes: $0.count)
            }
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
            description.describe(metadata, of: merger)
            return description
        }
    }
}

extension StoreDirectory {
    /// A segment whose reading is counted.
    fileprivate func open(
        _ segment: SegmentDescription, throttle: CompactionThrottle, cache: PageCache?
    ) throws(AuditStoreError) -> SegmentReader {
        let source = ThrottledSource(source: try source(name(of: segment)), throttle: throttle)
        let deleted = try deletedRows(of: segment)
        do { return try SegmentReader(source, cache: cache, deleted: deleted) } catch { throw AuditStoreError(error) }
    }
}

private struct ThrottledSource: SegmentSource {
    let source: any SegmentSource
    let throttle: CompactionThrottle

    var name: String { source.name }
    var size: UInt64 { source.size }

    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(SegmentError) {
        try source.read(at: offset, into: target)
        throttle.add(bytes: target.count)
    }
}
