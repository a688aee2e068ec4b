import Shredding

/// A store of audit events: a directory that one process writes to and any number read.
///
///     let store = try await AuditStore(at: "/var/lib/doors", schema: DoorLog.self)
///     let refused = try await store.events
///         .where { $0.opened == false }
///         .group { $0.badge }
///         .aggregate(.count)
///
/// Opening a store reads its manifest, and no segment. A value of this type may be used by any number of tasks.
public final class AuditStore<Schema: AuditSchema>: Sendable {
    package let core: StoreCore

    /// Opens the store in a directory, or makes one there if there is none.
    ///
    /// - Parameters:
    ///   - path: the directory. It is created, with those above it, if it does not exist.
    ///   - schema: what kind of events the store holds.
    ///   - options: how much is kept in memory between queries.
    /// - Throws: `AuditStoreError`: `.notAStore` if the directory holds other things, `.invalidArgument` if the store is of
    ///   another schema, or if the schema contradicts itself, `.corrupt` or `.unsupportedVersion` if its manifest cannot be read, `.locked` if it has to be made
    ///   and another process is making it, `.io`.
    public init(at path: String, schema: Schema.Type, options: StoreOptions = StoreOptions()) async throws {
        if let problem = Schema.description.problem { throw problem }
        let shredding = Schema.description.shredding
        core = StoreCore(directory: StoreDirectory(path: path), schema: Schema.description, options: options)
        if try !core.directory.exists {
            try core.directory.lockForWriting(schema: shredding.name).unlock()
        }
        let manifest = try core.directory.readManifest()
        guard manifest.schema == shredding.name else {
            throw AuditStoreError(
                .invalidArgument, "the store holds events of another schema", location: .init(file: path),
                expected: shredding.name, found: manifest.schema)
        }
    }

    /// The events of now: a query answers from what the store had when this was read. Events that a stream of this process
    /// appended are among them as soon as they are acknowledged.
    public var events: EventQuery<Schema> {
        get throws { EventQuery(try core.snapshot(), store: core) }
    }

    /// Answers a question in the text form, as the command line asks it.
    ///
    /// - Throws: `ExpressionError` if the question makes no sense; `AuditStoreError` if the store cannot be read;
    ///   `.limit` if it cannot be done within the memory budget; `.cancelled`.
    public func answer(_ query: TextQuery, options: QueryOptions = QueryOptions()) async throws -> TextResult {
        try await query.run(
            on: try core.snapshot(), schema: Schema.description, now: SystemClock.microsecondsSince1970,
            options: options)
    }

    /// Answers a question in the text form row by row. Without a limit, the answer may be larger than the memory budget: what does not
    /// fit goes to a temporary file (``QueryOptions/temporaryDirectory``).
    ///
    /// - Throws: as ``answer(_:options:)``, and `.diskFull` or `.io` if the temporary file cannot be written.
    public func rows(of query: TextQuery, options: QueryOptions = QueryOptions()) async throws -> TextRows {
        try await query.rows(
            on: try core.snapshot(), schema: Schema.description, now: SystemClock.microsecondsSince1970,
            options: options)
    }

    /// Delivers the events that fulfil a condition in the text form, each the exact bytes it came in as.
    ///
    /// - Parameters:
    ///   - condition: CEL; nil for all events.
    ///   - since: RFC 3339, a date, or `now-24h`: only events at or after it.
    ///   - until: only events before it.
    ///   - limit: at most so many; nil for all.
    ///   - body: gets bytes that are valid during the call.
    /// - Throws: `ExpressionError` if the condition makes no sense; `AuditStoreError` if the store cannot be read;
    ///   `CancellationError`; what `body` throws.
    public func forEachEvent(
        where condition: String? = nil, since: String? = nil, until: String? = nil, order: EventOrder = .ingest,
        limit: Int? = nil, options: QueryOptions = QueryOptions(), _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let query = TextEvents(where: condition, since: since, until: until, order: order, limit: limit)
        try query.run(
            on: try core.snapshot(), schema: Schema.description, now: SystemClock.microsecondsSince1970,
            options: options, body)
    }

    /// The events that a question in the text form is about, one after the other, as they are asked for.
    ///
    /// - Throws: `ExpressionError` if the condition makes no sense; `AuditStoreError` if the store cannot be read.
    public func events(of query: TextEvents, options: QueryOptions = QueryOptions()) throws -> EventSequence<Event> {
        EventSequence(
            scan: try query.scan(
                of: try core.snapshot(), schema: Schema.description, now: SystemClock.microsecondsSince1970,
                options: options),
            order: query.order, limit: query.limit)
    }

    /// Loads events from text: a JSON object a line.
    ///
    /// The load is durable when the call returns. Lines that are no JSON objects go to the quarantine, and the rest goes on.
    /// - Parameter name: what the quarantine and messages call the text.
    /// - Throws: `AuditStoreError`: `.locked` if another process writes to the store, `.io`; `CancellationError`.
    @discardableResult
    public func ingest(
        lines: [UInt8], name: String, options: IngestOptions = IngestOptions()
    ) async throws -> IngestReport {
        let source = IngestSource(name: name, isRepeatable: false) { MemoryInput(name: name, bytes: lines) }
        return try await core.ingest([source], options: options)
    }

    /// Opens a stream into the store.
    ///
    /// What a former writer left in the WAL because it did not close is recovered first; `recovery` of the result tells of it.
    /// - Throws: `AuditStoreError`: `.locked` if another process writes to the store or this one has a writer already,
    ///   `.unsupportedVersion`, `.corrupt` if the manifest cannot be read, `.diskFull`, `.io`.
    public func writer(_ options: WriterOptions = WriterOptions()) async throws -> StreamWriter {
        try await core.writer(options)
    }

    /// Merges the segments of each day and rewrites them for size; queries go on meanwhile.
    ///
    /// A long-lived writer does so by itself for days that are over (``WriterOptions/compaction``), which makes way for this.
    /// - Parameters:
    ///   - bytesPerSecond: of files, read and written; nil for as many as the disk takes.
    ///   - checks: what is written is read back, and each event's text compared with what was read, before it takes the place of
    ///     anything. That is up to a quarter more work.
    ///   - progress: called after each segment that is merged.
    /// - Throws: `AuditStoreError`: `.locked` if another process writes to the store, `.io`; `CancellationError`. What was
    ///   done before the error stays done.
    @discardableResult
    public func compact(
        bytesPerSecond: Int? = nil, checks: Bool = false, progress: (@Sendable (CompactionProgress) -> Void)? = nil
    ) async throws -> CompactionReport {
        try core.compact(bytesPerSecond: bytesPerSecond, checks: checks, progress: progress)
    }

    /// What `compact` would merge now, of each day with segments that it has not seen yet.
    public func plannedCompaction() throws -> [PlannedMerge] { try core.plannedCompaction() }

    /// Makes a store in another directory that holds what this one holds now, also what streams have appended and not sealed.
    ///
    /// Loads, streams, compactions and queries go on, in this process and others. The backup is durable when this returns, and
    /// it is a store: whoever opens it has restored it, in whatever directory it lies then. If this throws, no store is there.
    /// - Parameter path: a directory that is new or empty.
    /// - Throws: `AuditStoreError`: `.invalidArgument` if the directory is not empty, `.notAStore` if there is no earlier backup
    ///   where the options say, `.corrupt`, `.diskFull`, `.syncFailed`, `.io`; `CancellationError`.
    @discardableResult
    public func backup(
        to path: String, options: BackupOptions = BackupOptions(),
        progress: (@Sendable (BackupProgress) -> Void)? = nil
    ) async throws -> BackupReport {
        try core.backup(to: path, options: options, progress: progress)
    }

    /// Reads and checks every byte of the store. Damage is in the report, and does not throw.
    public func verify(
        progress: (@Sendable (VerificationProgress) -> Void)? = nil
    ) async throws -> VerificationReport {
        try core.verify(progress: progress)
    }

    /// The figures of the store, of its segments and of what a stream has not sealed.
    public var statistics: StoreStatistics {
        get throws { try core.statistics() }
    }

    /// The figures of each column, largest first. Reads all dictionaries.
    public func columnStatistics() async throws -> [ColumnStatistics] { try core.columnStatistics() }
}

/// Text in memory as an input.
private final class MemoryInput: IngestInput {
    let name: String
    private let bytes: [UInt8]
    private var offset = 0

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    var canGrow: Bool { false }
    var consumed: UInt64 { UInt64(offset) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let n = min(buffer.count, bytes.count - offset)
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + n])) }
        offset += n
        return n
    }
}
