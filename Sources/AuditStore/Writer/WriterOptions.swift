import SegmentFormat

/// When an append is acknowledged, and so what a crash can cost.
public enum Durability: Sendable, Hashable {
    /// When it is on the disk. All appends that wait share one sync. Neither a crash of the process nor a loss of power costs
    /// an acknowledged event, as far as the disk keeps what it says it has written.
    case everyCommit
    /// When the system has it; the disk, so much later at most. A crash of the process costs nothing. A crash of the
    /// system or a loss of power can cost the acknowledged events of the last such span.
    case interval(Duration)
    /// When the system has it. A crash of the process costs nothing. A crash of the system or a loss of power can cost all
    /// events that are not sealed yet.
    case none
}

/// How a stream is written.
public struct WriterOptions: Sendable {
    public var durability = Durability.everyCommit
    /// Where the events come from, unless an append says so itself.
    public var origin = EventOrigin()
    /// Bytes of text after which events are sealed into segments. Twice as many may be in memory.
    public var sealBytes = 64 << 20
    /// The age after which events are sealed; nil for never.
    public var sealAge: Duration? = .seconds(300)
    /// Bytes of appends that are neither durable nor refused yet; further ones wait.
    public var bytesInFlight = 32 << 20
    /// How duplicates are recognised; nil keeps all of them.
    public var duplicates: DuplicateOptions? = .default
    /// What is compacted beside the stream; nil for nothing.
    public var compaction: CompactionOptions? = CompactionOptions()
    /// Bytes of text of one segment; tests want less.
    package var chunkBytes = Limits.rawBytesPerChunk
    /// Appends go on while older events are sealed; a test that counts calls of the file system wants them in order.
    package var sealsBeside = true

    public init() {}
}

/// What became of an append.
public struct AppendReceipt: Sendable, Equatable {
    /// Events that were taken.
    public var events: Int
    /// Events that were dropped: each byte of them is the same as that of a recent one, which is in the store.
    public var duplicates: Int
}
