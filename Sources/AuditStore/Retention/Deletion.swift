import SegmentFormat
import Shredding

/// Deletes events by a condition: writes for each segment which of its rows are deleted, and names that in one commit.
struct Deletion {
    let directory: StoreDirectory
    let schema: SchemaDescription
    let predicate: Predicate

    /// What a deletion finds in a segment.
    private struct Finding {
        var rows: RowSet
        var rawBytes: UInt64
        var segment: SegmentDescription
        var deletedBefore: RowSet?
    }

    /// What would be deleted.
    func preview(_ snapshot: Snapshot, _ manifest: Manifest) throws -> DeletionReport {
        var report = DeletionReport()
        try find(snapshot.segments, manifest.retention.holds, open: { try snapshot.reader($0) }, &report) { _ in }
        report.quarantined = manifest.quarantinedLines
        return report
    }

    /// Deletes what is in segments.
    ///
    /// - Parameter record: what is kept of it; the figures are filled in.
    /// - Throws: `SegmentMerge.Superseded` if others replaced what was looked at; nothing was deleted then.
    func run(_ writer: WriterLock, _ ids: ClaimedIDs, record: RetentionRecord) throws -> DeletionReport {
        let report = try commit(writer, ids, record)
        // The events are deleted, whatever becomes of files that are not needed any more: they are removed later then.
        try? directory.removeObsolete(writer)
        return report
    }

    private func commit(_ writer: WriterLock, _ ids: ClaimedIDs, _ record: RetentionRecord) throws -> DeletionReport {
        // As every reader: what compacts beside a stream may replace what is read here, and remove it.
        let lock = try directory.files.lock(directory.location(FileNames.readerLock), .shared, wait: true)
        defer { lock?.unlock() }
        var report = DeletionReport()
        var tombstones: [SegmentDescription: Tombstones] = [:]
        var directories: Set<String> = []
        let manifest = writer.manifest
        try find(manifest.segments, manifest.retention.holds, open: { try directory.open($0) }, &report) { found in
            tombstones[found.segment] = try write(found, ids)
            directories.insert(FileNames.partition(found.segment.day))
        }
        report.quarantined = manifest.quarantinedLines
        for name in directories.sorted() { try directory.files.syncDirectory(directory.location(name)) }
        guard report.events > 0 || report.held > 0 else { return report }
        try writer.commit { manifest in
            guard Set(manifest.segments).isSuperset(of: tombstones.keys) else { throw SegmentMerge.Superseded() }
            for index in manifest.segments.indices {
                guard let new = tombstones[manifest.segments[index]] else { continue }
                if let former = directory.tombstonesName(of: manifest.segments[index]) {
                    manifest.obsolete.append(former)
                }
                manifest.segments[index].tombstones = new
            }
            var record = record
            record.segments = UInt64(report.segments)
            record.events = report.events
            record.rawBytes = report.rawBytes
            record.held = report.held
            record.times = report.times
            manifest.retention.add(record)
        }
        return report
    }

    private func find(
        _ segments: [SegmentDescription], _ holds: [LegalHold], open: (SegmentDescription) throws -> SegmentReader,
        _ report: inout DeletionReport, _ body: (Finding) throws -> Void
    ) throws {
        let times = predicate.times(of: schema.eventTime)
        let held = try HeldEvents(holds, schema: schema)
        let finder = RowFinder(schema: schema)
        for segment in segments where segment.canHold(times) {
            try checkCancellation()
            let reader = try open(segment)
            let matching = try finder.rows(predicate, of: reader)
            guard !matching.isEmpty else { continue }
            let kept = try held.rows(segment, { reader }, finder)?.intersection(matching)
            report.held += UInt64(kept?.count ?? 0)
            let rows = kept.map { matching.subtracting($0) } ?? matching
            guard !rows.isEmpty else { continue }
            let found = Finding(
                rows: rows, rawBytes: try finder.rawBytes(of: rows, in: reader), segment: segment,
                deletedBefore: reader.deleted)
            try body(found)
            report.events += UInt64(rows.count)
            report.rawBytes += found.rawBytes
            report.segments += 1
            let range = try RowTimes.times(of: rows, in: reader, schema: schema.shredding)
            guard range.smallest <= range.largest else { continue }
            report.times =
                report.times.map { min($0.lowerBound, range.smallest)...max($0.upperBound, range.largest) }
                ?? range.smallest...range.largest
        }
    }

    /// Writes a file of all deleted rows of a segment, durably but for its name.
    private func write(_ found: Finding, _ ids: ClaimedIDs) throws -> Tombstones {
        let all = found.deletedBefore.map { $0.union(found.rows) } ?? found.rows
        var segment = found.segment
        let new = Tombstones(
            id: ids.next(), rows: UInt64(all.count),
            rawBytes: min(segment.rawBytes, (segment.tombstones?.rawBytes ?? 0) + found.rawBytes))
        segment.tombstones = new
        guard let name = directory.tombstonesName(of: segment) else { return new }
        let bytes = TombstoneFile.encode(all, segment: segment.id)
        defer { extendLifetime(bytes) }
        let file = try directory.files.create(directory.location(name))
        try file.append(bytes.bytes)
        try file.sync()
        try file.close()
        return new
    }
}
