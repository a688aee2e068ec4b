import SegmentFormat

/// Blocks of groups in a temporary file.
///
///     0   u32  bytes that follow the header
///     4   u32  groups in them
///     8   u64  XXH64 of those bytes
///     16  …    for each group its keys and its aggregates
final class SpillFile: Sendable {
    private let file: any TemporaryFile
    private static let name = "a temporary file"
    static let headerBytes = 16

    init(_ file: any TemporaryFile) { self.file = file }

    /// Groups from one end of the file on, and how far it goes then.
    struct Writer: ~Copyable {
        private let file: SpillFile
        private var block = ByteArena(capacity: 1 << 16)
        private var groups = 0
        private let blockBytes: Int
        private(set) var end: UInt64

        init(_ file: SpillFile, at end: UInt64, blockBytes: Int) {
            self.file = file
            self.end = end
            self.blockBytes = blockBytes
        }

        mutating func append(_ group: Int, of source: AggregatedGroups) throws {
            if groups == 0 { block.appendGap(SpillFile.headerBytes) }
            for key in source.plan.keys.indices { GroupRowCoding.append(source.key(key, of: group), to: &block) }
            for kind in source.plan.aggregates { GroupRowCoding.append(source.result(kind, of: group), to: &block) }
            groups += 1
            if block.count >= blockBytes { try flush() }
        }

        mutating func flush() throws {
            guard groups > 0 else { return }
            try checkCancellation()
            let bytes = block.count - SpillFile.headerBytes
            guard bytes <= Limits.pageBytes else {
                throw AuditStoreError(
                    .limit, "a group of the answer is too large for a temporary file",
                    expected: "at most \(Limits.pageBytes) bytes", found: "\(bytes)")
            }
            let hash = XXH64.hash(UnsafeRawBufferPointer(rebasing: block.bytes[SpillFile.headerBytes...]))
            block.base.storeBytes(of: UInt32(bytes).littleEndian, as: UInt32.self)
            block.base.storeBytes(of: UInt32(groups).littleEndian, toByteOffset: 4, as: UInt32.self)
            block.base.storeBytes(of: hash.littleEndian, toByteOffset: 8, as: UInt64.self)
            try file.file.append(block.bytes)
            end += UInt64(block.count)
            block.removeAll(keepingAtMost: 1 << 20)
            groups = 0
        }
    }

    /// Adds the groups of a block to others.
    ///
    /// - Returns: where the next block begins.
    func read(_ offset: UInt64, into groups: inout GroupRows) throws -> UInt64 {
        let header = try bytes(offset, Self.headerBytes)
        defer { extendLifetime(header) }
        var reader = ByteReader(header.bytes, context: Self.name)
        let (count, number): (UInt32, UInt32) = (try reader.integer(), try reader.integer())
        let checksum: UInt64 = try reader.integer()
        guard count <= UInt32(Limits.pageBytes) else { throw SegmentError.corrupt("\(Self.name) is damaged") }
        let block = try bytes(offset + UInt64(Self.headerBytes), Int(count))
        defer { extendLifetime(block) }
        guard XXH64.hash(block.bytes) == checksum else {
            throw SegmentError.corrupt("the checksum of a block of \(Self.name) does not match", offset: offset)
        }
        reader = ByteReader(block.bytes, context: Self.name)
        for _ in 0..<number { try groups.append(&reader) }
        return offset + UInt64(Self.headerBytes) + UInt64(count)
    }

    private func bytes(_ offset: UInt64, _ count: Int) throws -> ByteArena {
        var arena = ByteArena(capacity: count)
        let found = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(start: arena.base, count: count))
        guard found == count else { throw SegmentError.corrupt("\(Self.name) ends early", offset: offset) }
        arena.commit(count)
        return arena
    }
}
