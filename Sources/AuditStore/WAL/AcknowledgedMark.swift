import SegmentFormat

/// How far the WAL is acknowledged, for those who read it while its writer lives: what stands behind may never become durable.
///
/// It is a hint that is written over after each commit and never synced. Once the writer is dead nobody looks at it: then all
/// blocks that are whole count, as in recovery.
struct AcknowledgedMark: Sendable, Equatable {
    /// A file of the WAL; those before it are acknowledged as a whole.
    var file: UInt64
    /// Bytes of it.
    var end: UInt64

    static let bytes = 24

    private static func checksum(_ bytes: UnsafeRawBufferPointer, _ secret: StoreSecret) -> UInt64 {
        XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes[..<16]), seed: WALFormat.seed(secret, file: .max, offset: 0))
    }

    func encode(_ secret: StoreSecret, to output: inout ByteArena) {
        output.removeAll()
        output.append(integer: file)
        output.append(integer: end)
        output.append(integer: Self.checksum(output.bytes, secret))
    }

    /// nil if it is being written, or was by nobody who knows the secret.
    init?(_ bytes: UnsafeRawBufferPointer, _ secret: StoreSecret) {
        guard bytes.count == Self.bytes else { return nil }
        let word = { (offset: Int) in
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        guard word(16) == Self.checksum(bytes, secret) else { return nil }
        (file, end) = (word(0), word(8))
    }

    init(file: UInt64, end: UInt64) {
        self.file = file
        self.end = end
    }
}

/// The mark as its writer holds it.
final class AcknowledgedMarkFile {
    private let file: (any WritableFile)?
    private let secret: StoreSecret
    private var buffer = ByteArena(capacity: AcknowledgedMark.bytes)

    init(_ directory: StoreDirectory, secret: StoreSecret) {
        self.secret = secret
        file = try? directory.files.create(directory.location(FileNames.acknowledged))
    }

    /// A mark that cannot be written makes readers wait for the next one, or for the seal. That is no reason to refuse events.
    func set(_ mark: AcknowledgedMark) {
        mark.encode(secret, to: &buffer)
        try? file?.overwrite(buffer.bytes)
    }

    func close() { try? file?.close() }
}

extension StoreDirectory {
    /// nil if there is none that makes sense: nothing is known to be acknowledged then.
    func acknowledged(_ secret: StoreSecret) throws(AuditStoreError) -> AcknowledgedMark? {
        let path = location(FileNames.acknowledged)
        // Reading and writing a few bytes is not atomic everywhere.
        for _ in 0..<4 {
            guard try files.kind(of: path) != nil else { return nil }
            var bytes = ByteArena(capacity: AcknowledgedMark.bytes)
            defer { extendLifetime(bytes) }
            let target = UnsafeMutableRawBufferPointer(start: bytes.base, count: AcknowledgedMark.bytes)
            let n = try files.openForReading(path).read(at: 0, into: target)
            bytes.commit(n)
            if let mark = AcknowledgedMark(bytes.bytes, secret) { return mark }
        }
        return nil
    }
}
