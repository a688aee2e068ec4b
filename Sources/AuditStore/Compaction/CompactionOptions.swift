/// How a writer compacts beside its stream.
///
/// One merge runs at a time, in a thread of low priority. Queries go on; appends come first: while many wait, or wait for a
/// seal, compaction goes on at a crawl.
public struct CompactionOptions: Sendable, Hashable {
    /// Bytes of files that are read and written in a second.
    public var bytesPerSecond = 32_000_000
    /// A day is *settled*, and rewritten with the strongest encodings, when it is over for so long and nothing came to it for
    /// so long.
    public var settleTime = Duration.seconds(1800)
    /// How often it is looked for work.
    public var interval = Duration.seconds(10)
    /// Whether what is written is read back, and each event's text compared with what was read, before it takes the place of
    /// anything. That is up to a quarter more work.
    public var checks = false

    public init() {}
}

/// What compaction did.
public struct CompactionReport: Sendable {
    /// Merges, each of some segments of one day.
    public var merges = 0
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
    /// Bytes of the segments merged so far, of `totalBytes`.
    public var bytesRead: UInt64
    public var totalBytes: UInt64
}

/// Segments of one day that are to become one, or as few as the limits allow.
public struct PlannedMerge: Sendable {
    /// The partition: `2024-06-16`, or `undated`.
    public var partition: String
    public var segments: Int
    public var events: UInt64
    public var bytes: UInt64
}

/// What a writer compacts beside its stream.
public struct CompactionActivity: Sendable {
    /// Of all merges since the writer was opened.
    public var report = CompactionReport()
    /// What is merged now, and how far.
    public var current: (merge: PlannedMerge, progress: CompactionProgress)?
    /// Why the last merge failed; nil since one succeeded.
    public var failure: AuditStoreError?

    public init() {}
}
