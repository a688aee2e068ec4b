import SegmentFormat
import Shredding

/// What checking every byte of a store found.
public struct VerificationReport: Sendable {
    public var segments = 0
    /// Events that are not deleted; those that are were checked, too.
    public var events: UInt64 = 0
    /// Bytes of the files that were read.
    public var bytes: UInt64 = 0
    /// What is wrong, with the file and, where it is known, the offset.
    public var problems: [AuditStoreError] = []

    public init() {}
}

/// How far verification is.
public struct VerificationProgress: Sendable {
    public var bytesRead: UInt64
    public var totalBytes: UInt64
}

/// Reads the store as a whole: every page's checksum, every column, and every event put together again.
struct Verification {
    let directory: StoreDirectory
    let progress: (@Sendable (VerificationProgress) -> Void)?

    func run() throws -> VerificationReport {
        var report = VerificationReport()
        let manifest: Manifest
        // Held to the end: compaction must not remove what is being read.
        let snapshot: Snapshot
        do { (manifest, snapshot) = try directory.snapshot(cache: SegmentCache(budget: 0)) } catch let error
            as AuditStoreError
        {
            guard error.code == .corrupt || error.code == .unsupportedVersion else { throw error }
            report.problems.append(error)
            return report
        }
        defer { extendLifetime(snapshot) }
        let work =
            manifest.segments.map { ($0, false, $0.storedBytes + tombstoneBytes($0)) }
            + manifest.quarantine.map { ($0, true, $0.storedBytes) }
        let total = work.reduce(0) { $0 + $1.2 }
        for (segment, isQuarantine, bytes) in work {
            try Task.checkCancellation()
            do { try verify(segment, isQuarantine: isQuarantine, &report) } catch let error as AuditStoreError {
                report.problems.append(error)
            } catch let error as SegmentError {
                guard error.code != .cancelled else { throw CancellationError() }
                report.problems.append(AuditStoreError(error))
            }
            report.bytes += bytes
            progress?(VerificationProgress(bytesRead: report.bytes, totalBytes: total))
        }
        return report
    }

    /// Bytes of the file that says which rows are deleted; one that cannot be opened is reported with its segment.
    private func tombstoneBytes(_ segment: SegmentDescription) -> UInt64 {
        guard let name = directory.tombstonesName(of: segment) else { return 0 }
        return (try? directory.files.openForReading(directory.location(name)).size) ?? 0
    }

    private func verify(
        _ segment: SegmentDescription, isQuarantine: Bool, _ report: inout VerificationReport
    ) throws {
        let name = directory.name(of: segment, quarantine: isQuarantine)
        // One of its own: what a cache has is not read again.
        let reader = try directory.open(segment, quarantine: isQuarantine, cache: PageCache(budget: 0))
        func expect(_ what: String, _ expected: UInt64, _ found: UInt64) throws {
            guard expected == found else {
                throw AuditStoreError(
                    .corrupt, "the manifest and the segment differ in \(what)",
                    location: .init(file: directory.location(name)), expected: "\(expected)", found: "\(found)")
            }
        }
        try expect("bytes", segment.storedBytes, reader.source.size)
        try expect("events", segment.rows, UInt64(reader.metadata.rows))
        try expect("bytes of text", segment.rawBytes, reader.metadata.rawBytes)
        try reader.verify()
        let groups = RowGroupReader(reader)
        let assembler = try EventAssembler(groups)
        var text = ByteArena(capacity: 1 << 16)
        var rawBytes: UInt64 = 0
        let continues = reader.column(path: StoreColumn.continues)
        for group in reader.metadata.rowGroups.indices {
            try Task.checkCancellation()
            groups.open(group)
            for row in 0..<groups.rows {
                text.removeAll()
                try assembler.append(row: row, to: &text)
                let isContinued = try continues.map { try groups.code($0, row) != absentCode } ?? false
                rawBytes += UInt64(text.bytes.count) + (isContinued ? 0 : 1)
            }
        }
        try expect("bytes of text put together again", reader.metadata.rawBytes, rawBytes)
        report.segments += 1
        if !isQuarantine { report.events += segment.liveRows }
    }
}
