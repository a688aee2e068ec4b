import AuditStore
import SegmentFormat
import Shredding
import TestSupport

@testable import AuditStore

/// A store, without the types of a schema, and what tests do with one.
struct TestStore {
    static let path = "/store"
    let core: StoreCore
    var directory: StoreDirectory { core.directory }

    init(_ files: any FileSystem = MemoryFileSystem(), path: String = path) {
        core = StoreCore(directory: StoreDirectory(path: path, files: files), schema: .test)
    }

    /// A store whose events have fields.
    init(_ files: any FileSystem, schema: SchemaDescription) {
        core = StoreCore(directory: StoreDirectory(path: Self.path, files: files), schema: schema)
    }

    @discardableResult
    func ingest(
        _ inputs: (name: String, bytes: [UInt8])..., threads: Int = 1, again: Bool = false, canGrow: Bool = false
    ) async throws -> IngestReport {
        var options = IngestOptions()
        options.threads = threads
        options.again = again
        let sources = inputs.map { name, bytes in
            IngestSource(name: name, isRepeatable: true) { MemoryInput(name, bytes, canGrow: canGrow) }
        }
        return try await core.ingest(sources, options: options)
    }

    func manifest() throws -> Manifest { try directory.readManifest() }

    /// All events in the order they came, with a line feed after each; what is deleted has left a gap.
    func events() throws -> [UInt8] { try events(of: core.snapshot()) }

    /// Only those that are in segments.
    func sealedEvents() throws -> [UInt8] { try events(of: directory.snapshot().1) }

    func events(of snapshot: Snapshot) throws -> [UInt8] {
        var rows: [(sequence: UInt64, text: Range<Int>)] = []
        var text = ByteArena(capacity: 1 << 20)
        for description in snapshot.segments {
            let segment = try snapshot.reader(description)
            let groups = RowGroupReader(segment)
            let assembler = try EventAssembler(groups)
            var base = 0
            for group in segment.metadata.rowGroups.indices {
                groups.open(group)
                let sequences = try segment.column(path: StoreColumn.sequence).map { try groups.times($0) }
                for row in 0..<groups.rows where segment.deleted?.contains(row, group: group) != true {
                    let start = text.bytes.count
                    try assembler.append(row: row, to: &text)
                    text.append(0x0a)
                    let relative = sequences.map { UInt64(bitPattern: $0[row]) } ?? UInt64(base + row)
                    rows.append((description.firstSequence + relative, start..<text.bytes.count))
                }
                base += groups.rows
            }
        }
        let bytes = text.array()
        let sorted = rows.sorted { $0.sequence < $1.sequence }
        let isWhole = try manifest().retention.records.isEmpty
        for (index, row) in sorted.enumerated()
        where isWhole ? row.sequence != UInt64(index) : index > 0 && row.sequence <= sorted[index - 1].sequence {
            throw Gap(expected: index, found: row.sequence)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for row in sorted { result += bytes[row.text] }
        return result
    }

    struct Gap: Error {
        var expected: Int
        var found: UInt64
    }

    /// The quarantined lines: their bytes, place and reason; pieces of one line joined.
    func quarantined() throws -> [(line: [UInt8], input: String, offset: String, reason: String)] {
        var result: [(line: [UInt8], input: String, offset: String, reason: String)] = []
        var isContinued = false
        try directory.forEachQuarantined { bytes, line in
            if isContinued {
                result[result.count - 1].line += Array(bytes)
            } else {
                result.append((Array(bytes), line.input, line.offset, line.reason))
            }
            isContinued = line.isContinued
        }
        return result
    }

    /// What `verify` complains of.
    func problems() throws -> [AuditStoreError] { try core.verify().problems }
}

/// Text in memory that is read in pieces of odd sizes.
final class MemoryInput: IngestInput {
    let name: String
    let canGrow: Bool
    private let bytes: [UInt8]
    private var offset = 0

    init(_ name: String, _ bytes: [UInt8], canGrow: Bool) {
        self.name = name
        self.bytes = bytes
        self.canGrow = canGrow
    }

    var consumed: UInt64 { UInt64(offset) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let n = min(buffer.count, bytes.count - offset, 1_000_003)
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + n])) }
        offset += n
        return n
    }
}
