package import Shredding

/// The store without the types of its schema: what the typed store and the command-line tool work with.
package struct StoreCore: Sendable {
    package let directory: StoreDirectory
    package let schema: ShreddingSchema
    private let cache: SegmentCache

    package init(directory: StoreDirectory, schema: ShreddingSchema, options: StoreOptions = StoreOptions()) {
        self.directory = directory
        cache = SegmentCache(budget: options.pageCacheBudget)
        self.schema = schema
    }

    /// The state of now.
    package func snapshot() throws -> Snapshot { try directory.snapshot(cache: cache).1 }

    package func ingest(
        _ sources: [IngestSource], options: IngestOptions, progress: (@Sendable (IngestProgress) -> Void)? = nil
    ) async throws -> IngestReport {
        let writer = try directory.lockForWriting(schema: schema.name)
        defer { writer.unlock() }
        do {
            return try await Ingest(
                directory: directory, schema: schema, options: options, writer: writer, progress: progress
            ).run(sources)
        } catch {
            // What was not committed must not keep a full disk full. The manifest on disk decides: a commit may have failed
            // after it took effect.
            if let manifest = try? directory.readManifest() { try? directory.removeStrays(manifest) }
            throw error
        }
    }

    package func compact(progress: (@Sendable (CompactionProgress) -> Void)? = nil) throws -> CompactionReport {
        let writer = try lockExisting()
        defer { writer.unlock() }
        return try Compaction(directory: directory, schema: schema, writer: writer, progress: progress).run()
    }

    /// Like `lockForWriting`, but for work on what is there: it makes no store.
    private func lockExisting() throws -> WriterLock {
        guard try directory.exists else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: directory.path))
        }
        return try directory.lockForWriting(schema: schema.name)
    }

    package func verify(progress: (@Sendable (VerificationProgress) -> Void)? = nil) throws -> VerificationReport {
        try Verification(directory: directory, progress: progress).run()
    }

    package func statistics() throws -> StoreStatistics { try directory.statistics() }
    package func columnStatistics() throws -> [ColumnStatistics] { try directory.columnStatistics() }
}
