/// Bytes that come one after the other: a file, standard input, or what a decompressor makes of them.
///
/// A stream belongs to one reader at a time; it is not `Sendable`, and hands over by `sending`.
package protocol ByteStream: AnyObject {
    /// Reads the next bytes to the beginning of `buffer` and returns how many; 0 is the end of the stream.
    ///
    /// Fills as much of the buffer as is readily available, and at least one byte unless the stream has ended: it waits
    /// for the first byte only. So a reader needs a loop, and a slow pipe is not held up until a buffer is full.
    /// An empty buffer reads nothing and returns 0.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A stream of the bytes within a perhaps compressed one, which tells how they were compressed and how far it is.
package protocol DecompressingStream: ByteStream {
    /// The format recognised by the content.
    var format: CompressionFormat { get }

    /// How many bytes of the compressed stream are used up. For a file, this over its size is the progress.
    var compressedOffset: UInt64 { get }
}
