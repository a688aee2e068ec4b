/// How a query is executed; what it answers does not depend on it.
public struct QueryOptions: Sendable {
    /// Bytes that a query may use for its groups, the values it counts and the answer. A group-by that needs more goes over
    /// the events several times, each time for a part of the groups.
    ///
    /// What the workers need to read the store comes on top: tens of megabytes each.
    public var memoryBudget = 512_000_000
    /// Called each time a piece of the store was scanned, by one thread at a time, and not for long please.
    public var progress: (@Sendable (QueryProgress) -> Void)?
    /// The directory for what does not fit the memory budget; nil for that of the environment's `TMPDIR`, or `/var/tmp`.
    ///
    /// Only answers that are read group by group and have more groups than fit need it (``AggregateQuery/stream()``). The file has
    /// no name, and is gone when nobody reads the answer any longer, or when the process ends.
    public var temporaryDirectory: String?
    package var files: any FileSystem = PosixFileSystem()
    /// Where `explain` collects what happened.
    package var recorder: ScanRecorder?

    public init(memoryBudget: Int = 512_000_000, progress: (@Sendable (QueryProgress) -> Void)? = nil) {
        self.memoryBudget = memoryBudget
        self.progress = progress
    }
}

extension EventQuery {
    /// Sets how the query is executed.
    public func options(_ options: QueryOptions) -> Self {
        var query = self
        query.scan.options = options
        return query
    }
}
