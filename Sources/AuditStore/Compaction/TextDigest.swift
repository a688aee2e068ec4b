package import SegmentFormat
import Shredding

/// The texts of events in their order, as one number: what a merge has written is read back and compared with what it has read.
package struct TextDigest: Equatable, Sendable {
    private var hash: UInt64 = 0
    private var rows: UInt64 = 0

    package init() {}

    package mutating func add(_ text: UnsafeRawBufferPointer) {
        // Each text is hashed with the hash of those before it, so that the order and the ends count, too.
        hash = XXH64.hash(text, seed: hash)
        rows += 1
    }

    /// Adds the events of a segment.
    package mutating func add(_ segment: SegmentReader, pace: WorkPace) throws {
        let groups = RowGroupReader(segment)
        let assembler = try EventAssembler(groups)
        var text = ByteArena(capacity: 1 << 16)
        defer { extendLifetime(text) }
        for group in segment.metadata.rowGroups.indices {
            groups.open(group)
            for row in 0..<groups.rows {
                if row & 7 == 0 { try pace() }
                text.removeAll()
                try assembler.append(row: row, to: &text)
                add(text.bytes)
            }
        }
    }
}
