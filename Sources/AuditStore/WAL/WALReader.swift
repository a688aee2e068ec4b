import SegmentFormat

/// A part of a file of the WAL that cannot be read.
struct WALDamage: Sendable, Equatable {
    enum Kind: Sendable {
        /// The end of a write that the crash interrupted: shorter than a header, or than its header says, or all zero.
        /// Nothing of it was ever acknowledged.
        case torn
        /// Bytes that are not what was written, or the end of a write that may have been acknowledged.
        case damaged
        /// Bytes that the system cannot read, and what cannot be read without them.
        case unreadable
        /// The file's own header; its blocks are read all the same.
        case header
    }
    var kind: Kind
    var file: UInt64
    var offset: UInt64
    var length: UInt64
}

/// Reads the blocks of one file of the WAL, front to back, and goes on behind what is damaged.
final class WALReader {
    enum Item {
        /// Its payload is in `payload` until the next call.
        case block(WALBlockHeader)
        case damage(WALDamage)
    }

    private let file: any ReadableFile
    private let path: String
    let number: UInt64
    private let secret: StoreSecret
    /// Of the next item.
    private(set) var offset: UInt64
    private var stored = ByteArena(capacity: 1 << 16)
    private var decompressed = ByteArena(capacity: 1 << 16)
    private var isDecompressed = false
    /// Bytes of the file from `bufferStart` on: blocks of single events are small, and a call for each costs more than its bytes.
    private var buffer = ByteArena(capacity: WALReader.bufferBytes)
    private var bufferStart: UInt64 = 0
    /// Where so much could not be read at once: a disk may try for seconds before it says so.
    private var unbufferedUntil: UInt64 = 0
    /// Whether the payload of a block of events is decompressed; its checksum is looked at in any case.
    var decompressesEvents = true
    /// What was read for the next item has bytes that could not be, and are zero instead.
    private var lacksBytes = false

    /// Bytes that are tried on their own where more cannot be read.
    private static let sector = 512
    /// A disk that fails for a moment is asked again.
    private static let attempts = 3
    private static let bufferBytes = 256 << 10

    /// Of the last block.
    var payload: UnsafeRawBufferPointer { isDecompressed ? decompressed.bytes : stored.bytes }

    /// - Parameter offset: where a block begins, or 0.
    init(
        _ directory: StoreDirectory, number: UInt64, secret: StoreSecret, from offset: UInt64 = 0
    ) throws(AuditStoreError) {
        self.offset = offset
        self.number = number
        self.secret = secret
        path = directory.location(FileNames.walFile(number))
        file = try directory.files.openForReading(path)
    }

    var size: UInt64 { file.size }

    /// Goes on with the block that begins there.
    func seek(to start: UInt64) { offset = start }

    /// Where the last block begins.
    func start(of header: WALBlockHeader) -> UInt64 {
        offset - UInt64(WALFormat.blockHeaderBytes + header.storedBytes)
    }

    /// nil at the end. Throws if the file was written by a newer version.
    func next() throws(AuditStoreError) -> Item? {
        lacksBytes = false
        if offset == 0, let damage = try readHeader() { return .damage(damage) }
        guard offset < size else { return nil }
        guard let header = try blockHeader(at: offset) else { return .damage(try skip()) }
        let start = offset
        let end = offset + UInt64(WALFormat.blockHeaderBytes + header.storedBytes)
        offset = min(end, size)
        guard end <= size else { return .damage(damage(.torn, from: start)) }
        let seed = WALFormat.seed(secret, file: number, offset: start)
        try read(at: start + UInt64(WALFormat.blockHeaderBytes), count: header.storedBytes, into: &stored)
        guard XXH64.hash(stored.bytes, seed: ~seed) == header.checksum,
            header.kind == .events && !decompressesEvents || decompress(header)
        else {
            return .damage(damage(.damaged, from: start))
        }
        return .block(header)
    }

    private func damage(_ kind: WALDamage.Kind, from start: UInt64) -> WALDamage {
        let isUnreadable = lacksBytes && kind != .header
        return WALDamage(
            kind: isUnreadable ? .unreadable : kind, file: number, offset: start, length: offset - start)
    }

    /// The whole of the last block, if its payload makes no sense.
    func damage(of header: WALBlockHeader) -> WALDamage {
        damage(.damaged, from: start(of: header))
    }

    private func readHeader() throws(AuditStoreError) -> WALDamage? {
        let length = UInt64(WALFormat.headerBytes)
        offset = min(size, length)
        guard size >= length else { return size == 0 ? nil : damage(.torn, from: 0) }
        try read(at: 0, count: WALFormat.headerBytes, into: &stored)
        switch WALFormat.check(header: stored.bytes, file: number, secret: secret) {
        case .whole: return nil
        case .damaged: return damage(.header, from: 0)
        case .newer(let version):
            throw AuditStoreError(
                .unsupportedVersion, "a WAL of another version", location: .init(file: path, offset: 8),
                expected: "at most \(WALFormat.version)", found: "\(version)")
        }
    }

    private func blockHeader(at offset: UInt64) throws(AuditStoreError) -> WALBlockHeader? {
        guard size - offset >= UInt64(WALFormat.blockHeaderBytes) else { return nil }
        try read(at: offset, count: WALFormat.blockHeaderBytes, into: &stored)
        return WALBlockHeader(stored.bytes, seed: WALFormat.seed(secret, file: number, offset: offset))
    }

    private func decompress(_ header: WALBlockHeader) -> Bool {
        isDecompressed = header.codec != .none
        guard isDecompressed else { return header.rawBytes == header.storedBytes }
        decompressed.removeAll(keepingAtMost: 16 << 20)
        decompressed.reserve(header.rawBytes)
        do {
            try SegmentFormat.decompress(
                stored.bytes, codec: header.codec, into: decompressed.base, count: header.rawBytes)
        } catch { return false }
        decompressed.commit(header.rawBytes)
        return true
    }

    /// Passes over what is no block, up to the next one or to the end.
    private func skip() throws(AuditStoreError) -> WALDamage {
        let start = offset
        guard size - start >= UInt64(WALFormat.blockHeaderBytes) else {
            offset = size
            return damage(.torn, from: start)
        }
        // Windows overlap by a header, so that none is missed between two of them.
        let overlap = UInt64(WALFormat.blockHeaderBytes - 1)
        var windowStart = start
        var isZero = true
        var window = ByteArena(capacity: 1 << 16)
        while windowStart < size {
            let count = Int(min(size - windowStart, 1 << 16))
            try read(at: windowStart, count: count, into: &window)
            if lacksBytes { isZero = false }
            for i in 0..<count {
                let byte = window.bytes[i]
                if byte != 0 { isZero = false }
                guard byte == UInt8(truncatingIfNeeded: WALFormat.blockMagic), windowStart + UInt64(i) > start,
                    i + WALFormat.blockHeaderBytes <= count
                else { continue }
                let candidate = UnsafeRawBufferPointer(rebasing: window.bytes[i..<i + WALFormat.blockHeaderBytes])
                let position = windowStart + UInt64(i)
                guard candidate.loadUnaligned(as: UInt32.self).littleEndian == WALFormat.blockMagic,
                    WALBlockHeader(candidate, seed: WALFormat.seed(secret, file: number, offset: position)) != nil
                else { continue }
                offset = position
                return damage(.damaged, from: start)
            }
            guard windowStart + UInt64(count) < size else { break }
            windowStart += UInt64(count) - overlap
        }
        offset = size
        return damage(isZero ? .torn : .damaged, from: start)
    }

    private func read(at offset: UInt64, count: Int, into arena: inout ByteArena) throws(AuditStoreError) {
        arena.removeAll(keepingAtMost: 16 << 20)
        arena.reserve(count)
        if count <= Self.bufferBytes / 4, fillBuffer(at: offset, count: count) {
            arena.append(
                UnsafeRawBufferPointer(rebasing: buffer.bytes[Int(offset - bufferStart)...].prefix(count)))
            return
        }
        let target = UnsafeMutableRawBufferPointer(start: arena.base, count: count)
        if !isRead(at: offset, target) {
            for start in stride(from: 0, to: count, by: Self.sector) {
                let part = UnsafeMutableRawBufferPointer(
                    rebasing: target[start..<min(count, start + Self.sector)])
                guard !isRead(at: offset + UInt64(start), part) else { continue }
                part.initializeMemory(as: UInt8.self, repeating: 0)
                lacksBytes = true
            }
        }
        arena.commit(count)
    }

    /// - Returns: false if the buffer does not have these bytes: then they are read on their own, sector by sector if need be.
    private func fillBuffer(at offset: UInt64, count: Int) -> Bool {
        if offset >= bufferStart, offset + UInt64(count) <= bufferStart + UInt64(buffer.bytes.count) { return true }
        guard offset >= unbufferedUntil else { return false }
        let wanted = Int(min(size - min(size, offset), UInt64(Self.bufferBytes)))
        buffer.removeAll()
        let target = UnsafeMutableRawBufferPointer(start: buffer.base, count: wanted)
        guard wanted >= count, (try? file.read(at: offset, into: target)) == wanted else {
            unbufferedUntil = offset + UInt64(wanted)
            return false
        }
        buffer.commit(wanted)
        bufferStart = offset
        return true
    }

    private func isRead(at offset: UInt64, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        for _ in 0..<Self.attempts where (try? file.read(at: offset, into: target)) == target.count { return true }
        return false
    }

    /// Bytes of a damaged part, which are kept; zeros where they cannot be read. - Parameter count: no more than `bytesPerPiece`.
    func bytes(at offset: UInt64, count: Int) throws(AuditStoreError) -> UnsafeRawBufferPointer {
        isDecompressed = false
        try read(at: offset, count: count, into: &stored)
        return stored.bytes
    }
}
