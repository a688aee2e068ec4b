import SegmentFormat
import Synchronization

/// How a backup is made.
public struct BackupOptions: Sendable, Hashable {
    /// Copies every byte, even where a hard link would do: a link is there at once and takes no room, and shares its bytes
    /// with the store, so that a disk that fails takes both.
    public var copies = false
    /// The directory of an earlier backup: what has not changed since is linked from there, and not copied again. It is only
    /// read.
    public var earlier: String?

    public init() {}
}

/// What a backup holds.
public struct BackupReport: Sendable, Equatable {
    /// Events in segments.
    public var events: UInt64 = 0
    public var segments = 0
    public var bytesLinked: UInt64 = 0
    public var bytesCopied: UInt64 = 0
    /// Of these, bytes of the WAL: what a stream has not sealed.
    public var walBytes: UInt64 = 0

    public init() {}
}

/// How far a backup is.
public struct BackupProgress: Sendable {
    public var bytesDone: UInt64
    public var totalBytes: UInt64
}

/// Makes a store in another directory that holds what this one held at one moment: the segments of one manifest, and of the
/// WAL what had been written then.
///
/// Anybody who may read can make one, while a writer of this or another process goes on. The manifest comes last, so that
/// what is there without one is no store.
struct Backup {
    let source: StoreDirectory
    let target: StoreDirectory
    let options: BackupOptions
    let progress: (@Sendable (BackupProgress) -> Void)?

    private var files: any FileSystem { source.files }

    func run() throws -> BackupReport {
        // As long as it is held, no file of a manifest that is read is removed.
        guard try source.exists else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: source.path))
        }
        let lock = try files.lock(source.location(FileNames.readerLock), .shared, wait: true)
        defer { lock?.unlock() }
        let earlier = try options.earlier.map { try EarlierBackup(StoreDirectory(path: $0, files: files)) }
        defer { earlier?.unlock() }
        try target.makeEmpty()
        var output = BackupOutput(target, progress: progress)
        do {
            let state = try BackupState(source)
            try fill(&output, state, earlier)
            return output.report
        } catch {
            output.removeAll()
            throw error
        }
    }

    private func fill(_ output: inout BackupOutput, _ state: BackupState, _ earlier: EarlierBackup?) throws {
        var manifest = state.manifest
        let segments = manifest.segments.map { ($0, false) } + manifest.quarantine.map { ($0, true) }
        output.totalBytes = segments.reduce(state.walBytes) { $0 + $1.0.storedBytes }
        try output.makeDirectory(FileNames.partitions)
        // Whoever reads or writes the backup takes them.
        for name in [FileNames.writerLock, FileNames.readerLock] { try output.makeLock(name) }
        for (segment, isQuarantine) in segments {
            try Task.checkCancellation()
            let name = source.name(of: segment, quarantine: isQuarantine)
            try output.makeDirectory(String(name[..<name.lastIndex(of: "/")!]))
            if let tombstones = source.tombstonesName(of: segment) {
                try output.copy(try files.openForReading(source.location(tombstones)), tombstones)
            }
            if let known = try earlier?.location(of: segment, name, like: source), try output.link(known, name, segment)
            {
                continue
            }
            if !options.copies, try output.link(source.location(name), name, segment) { continue }
            try output.copy(try files.openForReading(source.location(name)), name)
        }
        if !state.wal.isEmpty {
            try output.makeDirectory(FileNames.wal)
            try output.makeLock(FileNames.walLock)
            for (number, file) in state.wal { try output.copy(file, FileNames.walFile(number), isWAL: true) }
        }
        // They are of this directory, and not of the backup.
        manifest.obsolete = []
        try Task.checkCancellation()
        try output.finish(manifest)
        output.report.events = manifest.segments.reduce(0) { $0 + $1.liveRows }
        output.report.segments = manifest.segments.count
    }
}

/// What a store holds at one moment: a manifest, and files of the WAL, open, that go on where it ends.
private struct BackupState {
    let manifest: Manifest
    let wal: [(number: UInt64, file: any ReadableFile)]
    var walBytes: UInt64 { wal.reduce(0) { $0 + $1.file.size } }

    init(_ directory: StoreDirectory) throws {
        while true {
            try Task.checkCancellation()
            let manifest = try directory.readManifest()
            // A file is removed when its events are in segments, and then the manifest has changed. All but the last are whole,
            // and of the last one what it has now counts: it only grows, but for what nobody was told is there.
            let opened: [(UInt64, any ReadableFile)]?
            do {
                opened = try directory.walFiles().filter { $0 >= manifest.wal.file }.map {
                    ($0, try directory.files.openForReading(directory.location(FileNames.walFile($0))))
                }
            } catch {
                guard try directory.readManifest().wal != manifest.wal else { throw error }
                opened = nil
            }
            let now = try directory.readManifest()
            if let opened, now.wal == manifest.wal {
                self.manifest = now
                wal = opened
                return
            }
        }
    }
}

/// A backup that was made before, of which files are linked.
private struct EarlierBackup {
    private let directory: StoreDirectory
    private let lock: (any FileLock)?
    private let known: Set<SegmentDescription>

    init(_ directory: StoreDirectory) throws {
        guard try directory.exists else {
            throw AuditStoreError(.notAStore, "there is no earlier backup here", location: .init(file: directory.path))
        }
        self.directory = directory
        lock = try directory.files.lock(directory.location(FileNames.readerLock), .shared, wait: true)
        let manifest = try directory.readManifest()
        known = Set(manifest.segments + manifest.quarantine)
    }

    func unlock() { lock?.unlock() }

    private static let endBytes = 4096

    /// Where the same segment lies; nil if it is not there. Somebody may have written to the backup, and numbers come again:
    /// all that the manifests say has to be equal, and the ends of the files, with the checksum of the footer.
    func location(of segment: SegmentDescription, _ name: String, like source: StoreDirectory) throws -> String? {
        guard known.contains(segment) else { return nil }
        let path = directory.location(name)
        let ends = try [path, source.location(name)].map { path -> [UInt8] in
            let file = try directory.files.openForReading(path)
            let count = Int(min(file.size, UInt64(Self.endBytes)))
            var bytes = [UInt8](repeating: 0, count: count + 8)
            withUnsafeBytes(of: file.size) { size in
                bytes.withUnsafeMutableBytes { $0.copyBytes(from: size) }
            }
            let n = try bytes.withUnsafeMutableBytes {
                try file.read(
                    at: file.size - UInt64(count), into: UnsafeMutableRawBufferPointer(rebasing: $0[8...]))
            }
            return Array(bytes[..<(8 + n)])
        }
        return ends[0] == ends[1] ? path : nil
    }
}
