import SegmentFormat

/// A file of the WAL that is being written.
final class WALFile {
    let number: UInt64
    private let path: String
    private let file: any WritableFile
    private let secret: StoreSecret
    private let compressor: Compressor
    private var buffer = ByteArena(capacity: 1 << 16)
    private var compressed = ByteArena(capacity: 1 << 16)

    /// Bytes in the file.
    private(set) var end: UInt64 = 0
    /// Bytes that are known to be on the disk.
    private(set) var syncedEnd: UInt64 = 0

    /// Creates the file; its name and header are durable once the first block is synced.
    init(_ directory: StoreDirectory, number: UInt64, secret: StoreSecret, compressor: Compressor) throws {
        self.number = number
        self.secret = secret
        self.compressor = compressor
        let name = FileNames.walFile(number)
        path = directory.location(name)
        file = try directory.files.create(path)
        do {
            WALFormat.appendHeader(file: number, secret: secret, to: &buffer)
            try file.append(buffer.bytes)
            end = UInt64(buffer.bytes.count)
            try directory.files.syncDirectory(directory.location(FileNames.wal))
        } catch {
            // Not of the WAL yet: what is left of it holds no block.
            try? file.close()
            try? directory.files.remove(path)
            throw error
        }
    }

    /// Appends a block of events.
    func append(_ events: WALEvents, firstRecord: UInt64, records: Int, time: Int64) throws(AuditStoreError) {
        compressed.removeAll(keepingAtMost: 8 << 20)
        events.append(to: &compressed)
        try append(kind: events.kind, firstRecord: firstRecord, records: records, time: time, compress: true)
    }

    /// Appends a block whose payload does not shrink.
    func append(window payload: UnsafeRawBufferPointer, firstRecord: UInt64, time: Int64) throws(AuditStoreError) {
        compressed.removeAll(keepingAtMost: 8 << 20)
        compressed.append(payload)
        try append(kind: .window, firstRecord: firstRecord, records: 0, time: time, compress: false)
    }

    /// - Precondition: the payload is in `compressed`; it is compressed into `buffer`, behind its header.
    private func append(
        kind: WALBlockHeader.Kind, firstRecord: UInt64, records: Int, time: Int64, compress: Bool
    ) throws(AuditStoreError) {
        let raw = compressed.bytes.count
        let headerBytes = WALFormat.blockHeaderBytes
        buffer.removeAll(keepingAtMost: 8 << 20)
        buffer.reserve(headerBytes)
        buffer.commit(headerBytes)
        var codec = Codec.none
        if compress {
            codec = compressor.append(compressed.bytes, to: &buffer, policy: .fast())
        } else {
            buffer.append(compressed.bytes)
        }
        let payload = UnsafeRawBufferPointer(rebasing: buffer.bytes[headerBytes...])
        let seed = WALFormat.seed(secret, file: number, offset: end)
        let header = WALBlockHeader(
            kind: kind, codec: codec, storedBytes: payload.count, rawBytes: raw, firstRecord: firstRecord,
            records: records, time: time, checksum: XXH64.hash(payload, seed: ~seed))
        compressed.removeAll()
        header.append(to: &compressed, seed: seed)
        buffer.base.copyMemory(from: compressed.bytes.baseAddress!, byteCount: headerBytes)
        try file.append(buffer.bytes)
        end += UInt64(buffer.bytes.count)
    }

    func sync() throws(AuditStoreError) {
        try file.sync()
        syncedEnd = end
    }

    func startSync() { file.startSync() }

    /// Forgets what was appended behind `offset`, and perhaps in part.
    func cut(to offset: UInt64) throws(AuditStoreError) {
        try file.truncate(to: offset)
        end = offset
        syncedEnd = min(syncedEnd, offset)
    }

    func close() throws(AuditStoreError) { try file.close() }
}
