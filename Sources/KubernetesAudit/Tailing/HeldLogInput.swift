import AuditStore

/// A held file as an input of a load, from its beginning on.
final class HeldLogInput: IngestInput {
    let name: String
    let canGrow: Bool
    let file: (any ReadableFile)?
    let isPlain: Bool
    private let stream: any DecompressingStream

    /// - Parameter canGrow: its writer may not be done with the last line. Compressed logs are finished.
    init(_ held: any HeldFile, name: String, canGrow: Bool) throws {
        self.name = name
        stream = try decompressing(Bytes(held), path: name)
        isPlain = stream.format == .plain
        self.canGrow = canGrow && isPlain
        file = isPlain ? try SizedFile(held) : nil
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try stream.read(into: buffer) }

    var consumed: UInt64 { stream.compressedOffset }

    private final class Bytes: ByteStream {
        private let held: any HeldFile
        private var offset: UInt64 = 0

        init(_ held: any HeldFile) { self.held = held }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let n = try held.read(at: offset, into: buffer)
            offset += UInt64(n)
            return n
        }
    }
}

/// A held file with the size that it has when this is made.
final class SizedFile: ReadableFile {
    private let held: any HeldFile
    let size: UInt64

    init(_ held: any HeldFile) throws(AuditStoreError) {
        self.held = held
        size = try held.status().size
    }

    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
        try held.read(at: offset, into: target)
    }
}
