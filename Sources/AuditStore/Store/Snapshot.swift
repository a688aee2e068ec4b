package import SegmentFormat

/// What the manifest says of a segment: enough to leave it out of a query without opening it.
package struct SegmentDescription: Sendable, Hashable {
    package var id: UInt64
    /// The partition: days since 1970, nil for events without a (plausible) time.
    package var day: Int64?
    package var rows: UInt64
    /// Bytes of the events with their line ends.
    package var rawBytes: UInt64
    /// Bytes of the file.
    package var storedBytes: UInt64
    /// Ingest sequence of the first row; rows are in ingest order. Without a `$sequence` column, row r has
    /// `firstSequence + r`; with one, `firstSequence` + its value.
    package var firstSequence: UInt64
    package var lastSequence: UInt64
    /// Range of the events' times in microseconds since 1970; `smallestTime > largestTime` if no event has one.
    package var smallestTime: Int64
    package var largestTime: Int64
    /// Events without a time.
    package var undated: UInt64
    /// Written by compaction.
    package var isCompacted: Bool
    /// The number of the class of its events (`RetentionState`).
    package var retentionClass: UInt64 = 0
    /// When the newest of its events was loaded, in microseconds since 1970; nil if the version that did it did not say.
    package var loaded: Int64?
    /// The file that says which of its rows are deleted; nil if none is.
    package var tombstones: Tombstones?

    /// Rows that are not deleted.
    package var liveRows: UInt64 { rows - (tombstones?.rows ?? 0) }
    /// Bytes of the events that are not deleted.
    package var liveRawBytes: UInt64 { rawBytes - (tombstones?.rawBytes ?? 0) }
}

/// What the manifest says of a file of tombstones.
package struct Tombstones: Sendable, Hashable {
    /// The number of the file; it is never used again, not for a segment either.
    package var id: UInt64
    package var rows: UInt64
    /// Bytes of the deleted events with their line ends.
    package var rawBytes: UInt64
}

/// A state of the store that does not change: the segments of one manifest generation, and what a stream has not sealed.
package final class Snapshot: Sendable {
    /// In order of `firstSequence`.
    package let segments: [SegmentDescription]
    /// Keeps the segments' files from being removed.
    private let lock: (any FileLock)?
    private let cache: SegmentCache
    /// Behind all of its events.
    let livePosition: LivePosition
    /// Segments in memory, by number. They are no files, and their numbers mean nothing to other snapshots.
    private let unsealed: [UInt64: SegmentReader]
    private let openSegment: @Sendable (SegmentDescription, PageCache) throws(AuditStoreError) -> SegmentReader

    package init(
        segments: [SegmentDescription], unsealed: [UInt64: SegmentReader] = [:], lock: (any FileLock)? = nil,
        livePosition: LivePosition = LivePosition(), cache: SegmentCache,
        open: @escaping @Sendable (SegmentDescription, PageCache) throws(AuditStoreError) -> SegmentReader
    ) {
        self.segments = segments.sorted { $0.firstSequence < $1.firstSequence }
        self.unsealed = unsealed
        self.lock = lock
        self.livePosition = livePosition
        self.cache = cache
        openSegment = open
    }

    /// There are events that are in no segment file yet.
    var hasUnsealed: Bool { !unsealed.isEmpty }

    /// Whether the segment is in memory only.
    func isUnsealed(_ segment: SegmentDescription) -> Bool { unsealed[segment.id] != nil }

    /// The reader of a segment, opened when it is asked for.
    package func reader(_ segment: SegmentDescription) throws(AuditStoreError) -> SegmentReader {
        if let reader = unsealed[segment.id] { return reader }
        return try cache.reader(segment, open: openSegment)
    }
}
