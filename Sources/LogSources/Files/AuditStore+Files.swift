public import AuditStore

extension AuditStore {
    /// Loads audit logs from files and directories, plain or compressed by gzip, zstd or lz4 (told by content): an event a line, an array of
    /// events, or an object that holds them in a list whose key the schema names.
    ///
    /// A file that was loaded before, wholly or in part, under this name or another, goes on where it stopped; one that
    /// grew is continued. The checkpoint commits together with the events, so a load that was interrupted and is run again
    /// gives each event once.
    ///
    /// - Parameters:
    ///   - paths: files, directories (all files below them), or `-` for standard input.
    ///   - progress: called after each commit, on any thread.
    /// - Returns: what was loaded. Inputs that cannot be read to their end are among its `failures`; the others go on.
    /// - Throws: `AuditStoreError`: `.locked` if another process writes to the store, `.io`; `CancellationError`. What was
    ///   committed before the error stays.
    @discardableResult
    public func ingest(
        files paths: [String], options: IngestOptions = IngestOptions(),
        progress: (@Sendable (IngestProgress) -> Void)? = nil
    ) async throws -> IngestReport {
        try await core.ingest(
            LogFiles.sources(paths, lists: Schema.description.lists), options: options, progress: progress)
    }
}
