/// The bytes of a source that is not compressed, from the first one on, although they have been looked at.
final class PlainStream: DecompressingStream {
    private let input: CompressedInput

    init(_ input: CompressedInput) {
        self.input = input
    }

    var format: CompressionFormat { .plain }

    var compressedOffset: UInt64 { input.offset }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try input.read(into: buffer)
    }
}
