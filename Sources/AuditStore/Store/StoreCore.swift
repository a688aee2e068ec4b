package import Shredding

/// The store without the types of its schema: what the typed store and the command-line tool work with.
package struct StoreCore: Sendable {
    package let directory: StoreDirectory
    package let description: SchemaDescription
    package var schema: ShreddingSchema { description.shredding }
    let cache: SegmentCache
    let access = WriterAccess()
    let classifiers: RetentionClassifiers

    package init(directory: StoreDirectory, schema: SchemaDescription, options: StoreOptions = StoreOptions()) {
        self.directory = directory
        cache = SegmentCache(budget: options.pageCacheBudget)
        description = schema
        classifiers = RetentionClassifiers(schema: schema)
    }

    /// A store of events of which no more is known than how to take them apart.
    package init(directory: StoreDirectory, schema: ShreddingSchema) {
        self.init(directory: directory, schema: SchemaDescription(shredding: schema, derived: [], usualFields: []))
    }

    package func writer(_ options: WriterOptions) async throws -> StreamWriter {
        try await StreamWriter(core: self, options: options)
    }

    /// Whether the WAL may say more than the manifest about how far inputs were read.
    package var hasUnsealedProgress: Bool { access.active?.hasProgress ?? false }

    package func ingest(
        _ sources: [IngestSource], options: IngestOptions, progress: (@Sendable (IngestProgress) -> Void)? = nil
    ) async throws -> IngestReport {
        let writer = try access.begin(.bulk, directory, schema)
        defer { access.end(.bulk) }
        try await sealProgress(writer)
        let ids = ClaimedIDs(writer)
        do {
            let report = try await Ingest(
                directory: directory, schema: schema, options: options, writer: writer, ids: ids,
                classifier: try classifiers.classifier(writer.manifest.retention), progress: progress
            ).run(sources)
            // What was read of them and not committed is read again by the next load.
            if report.unfinished > 0 || !report.failures.isEmpty { ids.removeStrays(from: directory) }
            return report
        } catch {
            ids.removeStrays(from: directory)
            throw error
        }
    }

    /// - Parameters:
    ///   - bytesPerSecond: of files, read and written; nil for as many as the disk takes.
    ///   - checks: what is written is read back and compared.
    package func compact(
        bytesPerSecond: Int? = nil, checks: Bool = false, progress: (@Sendable (CompactionProgress) -> Void)? = nil
    ) throws -> CompactionReport {
        guard try directory.exists else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: directory.path))
        }
        guard bytesPerSecond ?? 1 > 0 else {
            throw AuditStoreError(.invalidArgument, "compaction needs more than 0 bytes a second")
        }
        let writer = try access.begin(.bulk, directory, schema)
        defer { access.end(.bulk) }
        let ids = ClaimedIDs(writer)
        do {
            return try access.whileRewriting {
                try Compaction(
                    directory: directory, schema: schema, writer: writer, ids: ids, checks: checks,
                    throttle: CompactionThrottle(bytesPerSecond: bytesPerSecond), progress: progress
                ).run()
            }
        } catch {
            ids.removeStrays(from: directory)
            throw error
        }
    }

    package func backup(
        to path: String, options: BackupOptions, progress: (@Sendable (BackupProgress) -> Void)? = nil
    ) throws -> BackupReport {
        try Backup(
            source: directory, target: StoreDirectory(path: path, files: directory.files), options: options,
            progress: progress
        ).run()
    }

    /// What `compact` would merge now.
    package func plannedCompaction() throws(AuditStoreError) -> [PlannedMerge] {
        CompactionPolicy.everything(try directory.readManifest().segments).map(\.plan)
    }

    package func verify(progress: (@Sendable (VerificationProgress) -> Void)? = nil) throws -> VerificationReport {
        var report = try Verification(directory: directory, progress: progress).run()
        do {
            let wal = try verifyLeftWAL()
            report.bytes += wal.bytes
            report.problems += wal.damage
        } catch let error as AuditStoreError { report.problems.append(error) }
        return report
    }

    package func statistics() throws -> StoreStatistics {
        let (manifest, snapshot) = try state()
        return try directory.statistics(manifest, snapshot)
    }
    /// Lines in quarantine.
    package func quarantinedLines() throws -> UInt64 { try directory.readManifest().quarantinedLines }

    /// The same without what a stream has not sealed: nothing has to be shredded for it.
    package func sealedStatistics() throws -> StoreStatistics {
        let (manifest, snapshot) = try directory.snapshot(cache: cache)
        return try directory.statistics(manifest, snapshot)
    }

    package func columnStatistics() throws -> [ColumnStatistics] { try directory.columnStatistics() }
}
