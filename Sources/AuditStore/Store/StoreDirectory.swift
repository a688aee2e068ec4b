package import SegmentFormat

/// The directory of a store: opens what is there, and commits what is new.
package struct StoreDirectory: Sendable {
    package let path: String
    package let files: any FileSystem

    package init(path: String, files: any FileSystem = PosixFileSystem()) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.files = files
    }

    package func location(_ name: String) -> String { path + "/" + name }

    package func name(of segment: SegmentDescription, quarantine: Bool = false) -> String {
        (quarantine ? FileNames.quarantine : FileNames.partition(segment.day)) + "/" + FileNames.segment(segment.id)
    }

    /// The file of a segment's tombstones; nil if no row is deleted.
    package func tombstonesName(of segment: SegmentDescription) -> String? {
        segment.tombstones.map { FileNames.partition(segment.day) + "/" + FileNames.tombstones($0.id) }
    }

    /// All files of a segment.
    func names(of segment: SegmentDescription, quarantine: Bool = false) -> [String] {
        [name(of: segment, quarantine: quarantine)] + (tombstonesName(of: segment).map { [$0] } ?? [])
    }

    package var exists: Bool {
        get throws(AuditStoreError) { try files.kind(of: location(FileNames.manifest)) != nil }
    }

    // MARK: Reading

    package func readManifest() throws(AuditStoreError) -> Manifest {
        let path = location(FileNames.manifest)
        guard try files.kind(of: path) != nil else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: self.path))
        }
        let file = try files.openForReading(path)
        guard file.size <= Manifest.sizeLimit else {
            throw AuditStoreError(
                .corrupt, "the manifest is too long", location: .init(file: path),
                expected: "at most \(Manifest.sizeLimit) bytes", found: "\(file.size)")
        }
        var bytes = ByteArena(capacity: Int(file.size))
        defer { extendLifetime(bytes) }
        let n = try file.read(at: 0, into: UnsafeMutableRawBufferPointer(start: bytes.base, count: Int(file.size)))
        bytes.commit(n)
        do { return try Manifest(decoding: bytes.bytes) } catch {
            throw AuditStoreError(error.inFile(path))
        }
    }

    /// Which manifest there is, without reading it.
    func manifestGeneration() throws(AuditStoreError) -> UInt64 {
        let path = location(FileNames.manifest)
        let bytes = try files.openForReading(path).bytes(from: 0, to: UInt64(Manifest.headerBytes + 10))
        var generation: Result<UInt64, SegmentError> = .success(0)
        bytes.dropFirst(Manifest.headerBytes).withUnsafeBytes { bytes in
            var reader = ByteReader(bytes, context: "the manifest")
            do throws(SegmentError) { generation = .success(try reader.varint()) } catch {
                generation = .failure(error)
            }
        }
        do { return try generation.get() } catch { throw AuditStoreError(error.inFile(path)) }
    }

    /// A segment as a source of bytes.
    package func source(_ name: String) throws(AuditStoreError) -> any SegmentSource {
        let path = location(name)
        return FileSource(name: path, files: files, size: try files.openForReading(path).size)
    }

    /// Opens the file for each read: a store has thousands of segments, and a process has a thousand descriptors. Opening
    /// costs a hundredth of reading and checking a page.
    private struct FileSource: SegmentSource {
        let name: String
        let files: any FileSystem
        let size: UInt64

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(SegmentError) {
            let n: Int
            do { n = try files.openForReading(name).read(at: offset, into: target) } catch {
                throw SegmentError(.io, error.message, file: name, offset: offset)
            }
            guard n == target.count else {
                throw SegmentError(
                    .corrupt, "the file ends early", file: name, offset: offset, expected: "\(target.count) bytes",
                    found: "\(n)")
            }
        }
    }

    /// - Parameter cache: keeps decoded pages; without it, who goes through a segment once decodes each page once.
    package func open(
        _ segment: SegmentDescription, quarantine: Bool = false, cache: PageCache? = nil
    ) throws(AuditStoreError) -> SegmentReader {
        do {
            return try SegmentReader(
                try source(name(of: segment, quarantine: quarantine)), cache: cache,
                deleted: try deletedRows(of: segment))
        } catch let error as SegmentError {
            throw AuditStoreError(error)
        } catch let error as AuditStoreError { throw error } catch { throw AuditStoreError(.io, "\(error)") }
    }

    /// The rows of a segment that are deleted; nil if none is.
    func deletedRows(of segment: SegmentDescription) throws(AuditStoreError) -> RowSet? {
        guard let name = tombstonesName(of: segment), let tombstones = segment.tombstones else { return nil }
        let file = try files.openForReading(location(name))
        do throws(SegmentError) {
            guard file.size <= UInt64(TombstoneFile.sizeLimit) else {
                throw .corrupt("a file of tombstones is too long")
            }
            var bytes = ByteArena(capacity: Int(file.size))
            defer { extendLifetime(bytes) }
            let target = UnsafeMutableRawBufferPointer(start: bytes.base, count: Int(file.size))
            let n: Int
            do throws(AuditStoreError) { n = try file.read(at: 0, into: target) } catch {
                throw SegmentError(.io, error.message, file: location(name))
            }
            bytes.commit(n)
            let rows = try TombstoneFile.decode(bytes.bytes, segment: segment.id)
            guard UInt64(rows.count) == tombstones.rows else {
                throw .corrupt(
                    "the manifest and the tombstones differ in rows", expected: "\(tombstones.rows)",
                    found: "\(rows.count)")
            }
            return rows
        } catch { throw AuditStoreError(error.inFile(location(name))) }
    }

    /// The state of now. As long as the snapshot lives, no file of it is removed.
    ///
    /// - Parameters:
    ///   - cache: that of the store, so that what one query decodes serves the next.
    ///   - unsealed: segments in memory of what the manifest does not have yet; nil if the manifest is too old.
    package func snapshot(
        cache: SegmentCache = SegmentCache(budget: StoreOptions().pageCacheBudget),
        adding unsealed: (Manifest) throws -> [MemorySegments.View]? = { _ in [] }
    ) throws -> (Manifest, Snapshot) {
        guard try exists else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: path))
        }
        // The lock first: a file named by a manifest that is read under it stays.
        let lock = try files.lock(location(FileNames.readerLock), .shared, wait: true)
        while true {
            let manifest = try readManifest()
            guard let views = try unsealed(manifest) else { continue }
            let snapshot = Snapshot(
                segments: manifest.segments + views.map(\.description),
                unsealed: Dictionary(uniqueKeysWithValues: views.map { ($0.description.id, $0.reader) }), lock: lock,
                livePosition: LivePosition(
                    sequence: manifest.nextSequence, sealed: manifest.streamed.next,
                    number: manifest.streamed.next + views.reduce(0) { $0 + $1.description.rows }), cache: cache
            ) { segment, pages throws(AuditStoreError) in
                try self.open(segment, cache: pages)
            }
            return (manifest, snapshot)
        }
    }

    // MARK: Writing

    /// Becomes the one writer, creating the store if there is none.
    package func lockForWriting(schema: String) throws(AuditStoreError) -> WriterLock {
        let hadDirectory = try files.kind(of: path) != nil
        if !hadDirectory { try makeDirectory(path) }
        guard let lock = try files.lock(location(FileNames.writerLock), .exclusive, wait: false) else {
            throw AuditStoreError(
                .locked, "another process is writing to this store; one can write at a time, any number can read",
                location: .init(file: location(FileNames.writerLock)))
        }
        if try !exists {
            let others = try files.names(in: path).filter {
                $0 != FileNames.writerLock && $0 != FileNames.nextManifest && $0 != FileNames.readerLock
                    && $0 != FileNames.partitions && $0 != FileNames.quarantine && $0 != FileNames.wal
                    && $0 != FileNames.walLock && $0 != FileNames.oldReaderLock && $0 != FileNames.nextReaderLock
            }
            guard others.isEmpty else {
                throw AuditStoreError(
                    .notAStore, "the directory is not empty and not a store (it holds \(others[0]))",
                    location: .init(file: path))
            }
            guard try !hasEvents else {
                throw AuditStoreError(
                    .corrupt, "there are events and no manifest; it may be restored from a backup, beside them",
                    location: .init(file: location(FileNames.manifest)))
            }
            _ = try files.lock(location(FileNames.readerLock), .exclusive, wait: true)
            try files.createDirectory(location(FileNames.partitions))
            // Whoever finds the manifest relies on these.
            try files.syncDirectory(path)
            var manifest = Manifest(schema: schema)
            manifest.secret = StoreSecret(files)
            try replaceManifest(manifest)
            // Who made it may not have made its name durable.
            if hadDirectory { try files.syncDirectory(Self.parent(of: path)) }
        } else {
            // A writer that failed after it renamed the manifest left it to be made durable.
            try files.syncDirectory(path)
        }
        let manifest = try readManifest()
        guard manifest.schema == schema else {
            throw AuditStoreError(
                .invalidArgument, "the store holds events of another schema", location: .init(file: path),
                expected: schema, found: manifest.schema)
        }
        try removeStrays(manifest)
        return WriterLock(lock: lock, directory: self, manifest: manifest)
    }

    /// Makes a directory and those above it, durably.
    func makeDirectory(_ path: String) throws(AuditStoreError) {
        let parent = Self.parent(of: path)
        if try files.kind(of: parent) == nil { try makeDirectory(parent) }
        try files.createDirectory(path)
        try files.syncDirectory(parent)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Replaces the manifest, durably. What it names must be durable already.
    func replaceManifest(_ manifest: Manifest) throws(AuditStoreError) {
        var bytes = ByteArena()
        manifest.encode(to: &bytes)
        defer { extendLifetime(bytes) }
        let next = location(FileNames.nextManifest)
        let file = try files.create(next)
        try file.append(bytes.bytes)
        try file.sync()
        try file.close()
        try files.rename(next, to: location(FileNames.manifest))
        try files.syncDirectory(path)
    }

    /// Whether there are events, of this store or a lost one.
    private var hasEvents: Bool {
        get throws(AuditStoreError) {
            for directory in try segmentDirectories() {
                for name in try files.names(in: location(directory)) where name.hasSuffix(FileNames.segmentSuffix) {
                    return true
                }
            }
            return try !walFiles().isEmpty
        }
    }

    private func segmentDirectories() throws(AuditStoreError) -> [String] {
        var directories: [String] = []
        if try files.kind(of: location(FileNames.quarantine)) == .directory { directories.append(FileNames.quarantine) }
        guard try files.kind(of: location(FileNames.partitions)) == .directory else { return directories }
        for day in try files.names(in: location(FileNames.partitions)) {
            let directory = FileNames.partitions + "/" + day
            if try files.kind(of: location(directory)) == .directory { directories.append(directory) }
        }
        return directories
    }

    /// Removes what a writer left that was killed before it could commit, or could not write on.
    ///
    /// - Parameter claimed: the numbers of its segments, if others write meanwhile.
    package func removeStrays(_ manifest: Manifest, among claimed: [UInt64]? = nil) throws(AuditStoreError) {
        let names = claimed.map { Set($0.flatMap { [FileNames.segment($0), FileNames.tombstones($0)] }) }
        var known = Set(manifest.obsolete)
        for segment in manifest.segments { known.formUnion(self.names(of: segment)) }
        for segment in manifest.quarantine { known.insert(name(of: segment, quarantine: true)) }
        for directory in try segmentDirectories() {
            for name in try files.names(in: location(directory))
            where name.hasSuffix(FileNames.segmentSuffix) || name.hasSuffix(FileNames.tombstonesSuffix) {
                let file = directory + "/" + name
                if names?.contains(name) ?? true, !known.contains(file) { try files.remove(location(file)) }
            }
        }
    }
}
