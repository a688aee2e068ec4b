import SegmentFormat
import Shredding

/// A part of an input that one worker turns into a segment: whole lines, or a piece of a line too long to be an event.
final class Chunk: @unchecked Sendable {
    // Handed from the reader to one worker and back; never used by two at once. Address space only, until something is
    // read into it.
    let base: UnsafeMutableRawPointer
    static var capacity: Int { Limits.bytesPerEvent }
    var count = 0

    enum Content {
        case lines
        /// Whole lines that the worker reads from the file itself: `count` bytes from `offset` on.
        case range(any ReadableFile)
        /// A piece of what is no event; `isLast` if it ends here.
        case piece(reason: String, isFirst: Bool, isLast: Bool)
    }
    var content = Content.lines
    var input = ""
    /// Where the first byte stood in the (decompressed) input.
    var offset: UInt64 = 0
    /// How far the input is loaded once this chunk is committed; nil where a commit would cut a line in two.
    var checkpoint: InputCheckpoint?
    var consumed: UInt64 = 0
    /// Of the lines of a stream; those of a file have none.
    var marks = LineMarks()

    /// - Parameter capacity: bytes that there is room for.
    init(capacity: Int = Chunk.capacity) {
        base = .allocate(byteCount: capacity + 1 + JSONScanner.padding, alignment: 16)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
