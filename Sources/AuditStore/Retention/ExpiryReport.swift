/// What of a partition and a class is past its time.
public struct ExpiredPartition: Sendable, Hashable {
    /// A UTC day such as `2024-06-16`; `undated`; or `quarantine`.
    public var partition: String
    public var retentionClass: RetentionClass
    /// Segments that go, rewritten ones included.
    public var segments = 0
    /// Events that go; lines, in quarantine.
    public var events: UInt64 = 0
    /// Bytes of their text, with a line end each.
    public var rawBytes: UInt64 = 0
    /// Bytes of files that go. Segments of which held events stay count when they are rewritten, and not in a dry run.
    public var storedBytes: UInt64 = 0
    /// Events that stay because of a legal hold.
    public var held: UInt64 = 0
    /// The day, in days since 1970.
    package var day: Int64?

    init(partition: String, retentionClass: RetentionClass, day: Int64?) {
        self.partition = partition
        self.retentionClass = retentionClass
        self.day = day
    }
}

/// What an expiry dropped, or would drop.
public struct ExpiryReport: Sendable {
    /// The oldest day first; undated events and the quarantine at the end.
    public var partitions: [ExpiredPartition] = []
    /// Damaged segments of which a legal hold may be on some events: they stay as they are, readable as far as they are.
    public var failures: [(file: String, error: AuditStoreError)] = []
    /// Why it is refused unless it is forced; in the report of a dry run only.
    public var refusal: AuditStoreError?

    public var segments: Int { partitions.reduce(0) { $0 + $1.segments } }
    public var events: UInt64 { partitions.reduce(0) { $0 + $1.events } }
    public var rawBytes: UInt64 { partitions.reduce(0) { $0 + $1.rawBytes } }
    public var storedBytes: UInt64 { partitions.reduce(0) { $0 + $1.storedBytes } }
    public var held: UInt64 { partitions.reduce(0) { $0 + $1.held } }
}
