import SegmentFormat
import Shredding

/// Merges the segments of each day, and writes them with the strongest encodings: all that there is to do, at once.
struct Compaction {
    let directory: StoreDirectory
    let schema: ShreddingSchema
    let writer: WriterLock
    let ids: ClaimedIDs
    let checks: Bool
    let throttle: CompactionThrottle
    let progress: (@Sendable (CompactionProgress) -> Void)?

    func run() throws -> CompactionReport {
        var report = CompactionReport()
        let merge = SegmentMerge(
            directory: directory, schema: schema, writer: writer, ids: ids, checks: checks, throttle: throttle)
        let total = CompactionPolicy.everything(writer.manifest.segments).reduce(0) { $0 + $1.storedBytes }
        var done: UInt64 = 0
        var seen: Set<MergedTogether> = []
        // Chosen anew after each: what runs beside a stream may have merged some of a day meanwhile.
        while let work = CompactionPolicy.everything(writer.manifest.segments)
            .first(where: { !seen.contains(MergedTogether($0.segments[0])) })
        {
            try Task.checkCancellation()
            do {
                let before = done
                let written = try merge.run(work) {
                    progress?(CompactionProgress(bytesRead: before + $0, totalBytes: max(total, before + $0)))
                }
                report.add(work, written)
                seen.insert(MergedTogether(work.segments[0]))
            } catch is SegmentMerge.Superseded { continue } catch {
                let damage = try StoreDirectory.damage(error)
                // A damaged segment stays as it is, readable as far as it is; the other days go on.
                report.failures.append((damage.location?.file ?? directory.path, damage))
                seen.insert(MergedTogether(work.segments[0]))
            }
            done += work.storedBytes
        }
        try directory.removeObsolete(writer)
        return report
    }
}

extension CompactionReport {
    mutating func add(_ work: CompactionWork, _ written: [SegmentDescription]) {
        merges += 1
        segmentsBefore += work.segments.count
        segmentsAfter += written.count
        bytesBefore += work.storedBytes
        bytesAfter += written.reduce(0) { $0 + $1.storedBytes }
    }
}

extension StoreDirectory {
    /// The error as damage of the store. - Throws: the error if it is another one.
    static func damage(_ error: any Error) throws -> AuditStoreError {
        let failure: any Error = (error as? SegmentError).map { AuditStoreError($0) } ?? error
        guard let damage = failure as? AuditStoreError, damage.code == .corrupt else { throw failure }
        return damage
    }
}
