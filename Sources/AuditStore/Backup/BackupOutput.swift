/// The directory that becomes a backup.
struct BackupOutput {
    private let directory: StoreDirectory
    private let progress: (@Sendable (BackupProgress) -> Void)?
    private var files: any FileSystem { directory.files }
    private var directories: Set<String> = []
    private var names: [String] = []
    private var bytesDone: UInt64 = 0
    var totalBytes: UInt64 = 0
    var report = BackupReport()

    private static let bytesPerStep = 1 << 20

    init(_ directory: StoreDirectory, progress: (@Sendable (BackupProgress) -> Void)?) {
        self.directory = directory
        self.progress = progress
    }

    mutating func makeDirectory(_ name: String) throws {
        guard directories.insert(name).inserted else { return }
        try files.createDirectory(directory.location(name))
    }

    mutating func makeLock(_ name: String) throws {
        names.append(name)
        try files.lock(directory.location(name), .exclusive, wait: false)?.unlock()
    }

    /// - Returns: whether the file systems can.
    mutating func link(_ path: String, _ name: String, _ segment: SegmentDescription) throws -> Bool {
        guard try files.link(path, to: directory.location(name)) else { return false }
        names.append(name)
        report.bytesLinked += segment.storedBytes
        tell(Int(segment.storedBytes))
        return true
    }

    /// Copies what the file had when it was opened.
    mutating func copy(_ file: any ReadableFile, _ name: String, isWAL: Bool = false) throws {
        names.append(name)
        let target = try files.create(directory.location(name))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bytesPerStep, alignment: 16)
        defer { buffer.deallocate() }
        var offset: UInt64 = 0
        while offset < file.size {
            try Task.checkCancellation()
            let wanted = Int(min(UInt64(Self.bytesPerStep), file.size - offset))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            var n = try file.read(at: offset, into: piece)
            if n < wanted { n = try file.read(at: offset, into: piece) }
            guard n == wanted || isWAL else {
                throw AuditStoreError(
                    .corrupt, "the file ends early", location: .init(file: directory.location(name), offset: offset),
                    expected: "\(file.size) bytes", found: "\(offset + UInt64(n))")
            }
            try target.append(UnsafeRawBufferPointer(rebasing: buffer[..<n]))
            offset += UInt64(n)
            report.bytesCopied += UInt64(n)
            if isWAL { report.walBytes += UInt64(n) }
            tell(n)
            // The writer of the WAL has cut off what could not be written as a whole.
            if n < wanted { break }
        }
        try target.sync()
        try target.close()
    }

    private mutating func tell(_ bytes: Int) {
        bytesDone += UInt64(bytes)
        progress?(BackupProgress(bytesDone: bytesDone, totalBytes: max(totalBytes, bytesDone)))
    }

    /// Makes all of it durable, and a store.
    mutating func finish(_ manifest: Manifest) throws {
        for name in directories.sorted() { try files.syncDirectory(directory.location(name)) }
        try files.syncDirectory(directory.path)
        names.append(FileNames.nextManifest)
        names.append(FileNames.manifest)
        try directory.replaceManifest(manifest)
    }

    /// Takes back what was made, as far as that can be done: without its manifest it is no store in any case.
    func removeAll() {
        for name in names.reversed() { try? files.remove(directory.location(name)) }
        for name in directories.sorted().reversed() { try? files.removeDirectory(directory.location(name)) }
        try? files.syncDirectory(directory.path)
    }
}

extension StoreDirectory {
    /// Makes the directory, durably; one that is there has to be empty.
    func makeEmpty() throws(AuditStoreError) {
        guard try files.kind(of: path) != nil else { return try makeDirectory(path) }
        guard try files.names(in: path).isEmpty else {
            throw AuditStoreError(
                .invalidArgument, "a backup goes to a new directory or an empty one", location: .init(file: path))
        }
    }
}
