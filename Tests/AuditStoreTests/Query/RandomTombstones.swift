import SegmentFormat
import TestSupport

@testable import AuditStore

/// Deletes rows whatever they hold.
enum RandomTombstones {
    /// - Returns: ingest sequences of what was deleted.
    static func delete(oneIn n: Int, in core: StoreCore, _ random: inout SeededGenerator) throws -> Set<UInt64> {
        let directory = core.directory
        let writer = try core.access.begin(.bulk, directory, core.schema)
        defer { core.access.end(.bulk) }
        let ids = ClaimedIDs(writer)
        var deleted: Set<UInt64> = []
        var tombstones: [UInt64: Tombstones] = [:]
        for segment in writer.manifest.segments {
            let reader = try directory.open(segment)
            var rows = reader.deleted ?? RowSet(of: reader.metadata)
            // Sometimes a whole segment, sometimes none of it.
            let share = [n, n, 1, 1000].randomElement(using: &random)!
            var firstRow = 0
            for group in reader.metadata.rowGroups.indices {
                let rowGroup = RowGroupReader(reader)
                rowGroup.open(group)
                let picked = (0..<UInt32(rowGroup.rows)).filter { _ in Int.random(in: 0..<share, using: &random) == 0 }
                rows.insert(picked, group: group)
                let sequences = try RowSequences(segment, firstRow, rowGroup)
                for row in picked { deleted.insert(sequences[Int(row)]) }
                firstRow += rowGroup.rows
            }
            var new = segment
            new.tombstones = Tombstones(id: ids.next(), rows: UInt64(rows.count), rawBytes: 0)
            guard let name = directory.tombstonesName(of: new), !rows.isEmpty else { continue }
            let file = try directory.files.create(directory.location(name))
            let bytes = TombstoneFile.encode(rows, segment: segment.id)
            defer { extendLifetime(bytes) }
            try file.append(bytes.bytes)
            try file.sync()
            tombstones[segment.id] = new.tombstones
        }
        try writer.commit { manifest in
            for index in manifest.segments.indices {
                if let new = tombstones[manifest.segments[index].id] { manifest.segments[index].tombstones = new }
            }
        }
        return deleted
    }
}
