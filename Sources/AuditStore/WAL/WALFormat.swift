import SegmentFormat

/// The layout of the WAL's files (`Docs/Format.md`), and the limits that keep a damaged one from costing memory.
enum WALFormat {
    /// "AUDITWAL"
    static let magic: UInt64 = 0x4C41_5754_4944_5541
    /// Version 1 has no blocks that tell what was read of inputs.
    static let version: UInt32 = 2
    static let headerBytes = 32
    /// "AWBK"
    static let blockMagic: UInt32 = 0x4B42_5741
    static let blockHeaderBytes = 56

    /// Bytes of the events of one append, line ends included. An append is one block: it is there as a whole or not at all.
    static let bytesPerAppend = 64 << 20
    /// Events of one append: what is kept of each beside its line is forty bytes, and lines can be empty.
    static let eventsPerAppend = 1 << 20
    /// Appends that wait together are written as one block up to this many bytes.
    static let bytesPerGroup = 4 << 20
    /// Uncompressed bytes of a block: the largest group, and what stands beside its lines.
    static let bytesPerBlock = bytesPerAppend + bytesPerGroup + (1 << 20)

    /// Seeds a checksum, so that a block that stands in a wrong place, or within an event, is not taken for one.
    static func seed(_ secret: StoreSecret, file: UInt64, offset: UInt64) -> UInt64 {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { buffer in
            buffer.storeBytes(of: secret.first.littleEndian, toByteOffset: 0, as: UInt64.self)
            buffer.storeBytes(of: file.littleEndian, toByteOffset: 8, as: UInt64.self)
            buffer.storeBytes(of: offset.littleEndian, toByteOffset: 16, as: UInt64.self)
            return XXH64.hash(UnsafeRawBufferPointer(buffer), seed: secret.second)
        }
    }

    static func appendHeader(file: UInt64, secret: StoreSecret, to output: inout ByteArena) {
        let start = output.bytes.count
        output.append(integer: magic)
        output.append(integer: version)
        output.append(integer: UInt32(0))
        output.append(integer: file)
        output.append(
            integer: XXH64.hash(
                UnsafeRawBufferPointer(rebasing: output.bytes[start...]), seed: seed(secret, file: file, offset: 0)))
    }

    enum HeaderState { case whole, damaged, newer(UInt32) }

    /// - Parameter bytes: the first `headerBytes` of the file.
    static func check(header bytes: UnsafeRawBufferPointer, file: UInt64, secret: StoreSecret) -> HeaderState {
        let word = { (offset: Int) in
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        let checksum = XXH64.hash(
            UnsafeRawBufferPointer(rebasing: bytes[..<24]), seed: seed(secret, file: file, offset: 0))
        guard word(24) == checksum, word(0) == magic, word(16) == file else { return .damaged }
        let version = UInt32(truncatingIfNeeded: word(8))
        return (1...Self.version).contains(version) ? .whole : .newer(version)
    }
}

/// What stands before the payload of a block.
struct WALBlockHeader: Sendable, Equatable {
    enum Kind: UInt8, Sendable {
        case events = 1
        /// The digests by which duplicates are recognised, as they were when the file was begun.
        case window = 2
        /// Events that were read from inputs, behind how far these were read.
        case readEvents = 3
    }
    var kind: Kind
    var codec: Codec
    /// Bytes of the payload as it is stored.
    var storedBytes: Int
    /// Bytes of the payload once decompressed.
    var rawBytes: Int
    /// The number of the first event.
    var firstRecord: UInt64
    var records: Int
    /// When it was committed, in microseconds since 1970.
    var time: Int64
    /// Of the stored payload.
    var checksum: UInt64

    func append(to output: inout ByteArena, seed: UInt64) {
        let start = output.bytes.count
        output.append(integer: WALFormat.blockMagic)
        output.append(kind.rawValue)
        output.append(codec.rawValue)
        output.append(integer: UInt16(0))
        output.append(integer: UInt32(storedBytes))
        output.append(integer: UInt32(rawBytes))
        output.append(integer: firstRecord)
        output.append(integer: UInt32(records))
        output.append(integer: UInt32(0))
        output.append(integer: time)
        output.append(integer: checksum)
        output.append(integer: XXH64.hash(UnsafeRawBufferPointer(rebasing: output.bytes[start...]), seed: seed))
    }

    init(
        kind: Kind, codec: Codec, storedBytes: Int, rawBytes: Int, firstRecord: UInt64, records: Int, time: Int64,
        checksum: UInt64
    ) {
        self.kind = kind
        self.codec = codec
        self.storedBytes = storedBytes
        self.rawBytes = rawBytes
        self.firstRecord = firstRecord
        self.records = records
        self.time = time
        self.checksum = checksum
    }

    /// nil unless `bytes`, of which there are `blockHeaderBytes`, are a header and it is right.
    init?(_ bytes: UnsafeRawBufferPointer, seed: UInt64) {
        let half = { (offset: Int) in
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let word = { (offset: Int) in
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        guard half(0) == WALFormat.blockMagic,
            word(48) == XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes[..<48]), seed: seed),
            let kind = Kind(rawValue: bytes[4]), let codec = Codec(rawValue: bytes[5]), codec == .none || codec == .lz4,
            half(8) <= UInt32(WALFormat.bytesPerBlock), half(12) <= UInt32(WALFormat.bytesPerBlock),
            word(16) <= 1 << 60, half(24) <= UInt32(WALFormat.bytesPerBlock)
        else { return nil }
        self.init(
            kind: kind, codec: codec, storedBytes: Int(half(8)), rawBytes: Int(half(12)), firstRecord: word(16),
            records: Int(half(24)), time: Int64(bitPattern: word(32)), checksum: word(40))
    }
}
