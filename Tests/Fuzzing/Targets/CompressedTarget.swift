import LogSources

/// Compressed logs: read in pieces and as a whole they give the same bytes and end, or the same bytes up to the same error.
enum CompressedTarget {
    private final class Pieces: ByteStream {
        private var rest: UnsafeRawBufferPointer
        private let piece: Int

        init(_ bytes: UnsafeRawBufferPointer, piece: Int) {
            rest = bytes
            self.piece = piece
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = min(piece, buffer.count, rest.count)
            buffer.copyBytes(from: rest[..<count])
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            return count
        }
    }

    /// A small input may decompress to anything.
    private static let limit = 4 << 20

    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        let whole = read(input, piece: .max, buffer: 1 << 16)
        let pieces = read(input, piece: 7, buffer: 100)
        // Where damage is noticed depends on what has been read.
        expect(whole.error == pieces.error, "\(whole.error ?? "nil") is not \(pieces.error ?? "nil")")
        // How much of what stands before it is given, too.
        let shared = min(whole.bytes.count, pieces.bytes.count)
        expect(whole.error != nil || whole.bytes.count == pieces.bytes.count, "pieces give more or fewer bytes")
        expect(whole.bytes[..<shared] == pieces.bytes[..<shared], "pieces give other bytes")
        return 0
    }

    private static func read(
        _ input: UnsafeRawBufferPointer, piece: Int, buffer size: Int
    ) -> (bytes: [UInt8], error: String?) {
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        defer { buffer.deallocate() }
        do {
            let stream = try decompressing(Pieces(input, piece: piece), path: "input")
            while bytes.count < limit {
                let count = try stream.read(into: buffer)
                if count == 0 { return (bytes, nil) }
                bytes.append(contentsOf: buffer[..<count])
            }
            return (Array(bytes[..<limit]), "too long")
        } catch let error as SourceError { return (bytes, "\(error.code)") } catch { fatalError("\(error)") }
    }
}
