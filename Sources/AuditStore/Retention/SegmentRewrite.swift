import SegmentFormat
import Shredding

/// Writes some rows of a segment as a segment of its own, of the same partition and class.
struct SegmentRewrite {
    let directory: StoreDirectory
    let schema: ShreddingSchema
    let ids: ClaimedIDs

    /// - Parameter rows: at least one.
    /// - Returns: the new segment, whose file is durable and whose name is not yet.
    func write(_ rows: RowSet, of reader: SegmentReader, _ segment: SegmentDescription) throws -> SegmentDescription {
        var new = segment
        new.id = ids.next()
        new.tombstones = nil
        new.smallestTime = .max
        new.largestTime = .min
        new.undated = 0
        new.add(try RowTimes.times(of: rows, in: reader, schema: schema))
        let path = directory.location(directory.name(of: new))
        let file = try directory.files.create(path)
        do {
            let paths = segment.isCompacted ? try ShreddedPathChoice.choose(from: [reader], schema: schema) : []
            let merger = SegmentMerger(
                schema: schema, profile: segment.isCompacted ? .compacted : .young,
                firstSequence: segment.firstSequence, shreddedPaths: paths, compressor: Compressor()
            ) { try file.append($0) }
            try merger.append(reader, base: segment.firstSequence) { rows.rows(group: $0.group) }
            guard let metadata = try merger.finish() else {
                throw AuditStoreError(.invalidArgument, "a segment cannot be without events")
            }
            try file.sync()
            try file.close()
            new.describe(metadata, of: merger)
        } catch {
            // Others of the same commit may go on.
            try? file.close()
            try? directory.files.remove(path)
            throw error
        }
        return new
    }
}
