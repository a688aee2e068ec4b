import SegmentFormat
import Shredding

/// Cuts an input into chunks of whole lines.
struct ChunkReader {
    private let source: IngestSource
    /// A chunk is larger only for a line that is.
    private let chunkBytes: Int
    private let workers: Int
    private let input: any IngestInput
    /// The input, if it can be read in any order; then nothing more is read from `input`.
    private let file: (any ReadableFile)?
    /// Where `file` is read next: behind `rest`.
    private var position: UInt64
    /// Bytes behind the last whole line.
    private var rest: [UInt8]
    private var offset: UInt64
    private var isWithinLongLine = false
    /// Where the line began that goes to the quarantine in pieces.
    private var lineStart: UInt64 = 0
    private var isAtEnd = false
    private let beginning: [UInt8]
    private var recent: [UInt8]

    /// Bytes that a former load had taken.
    let loadedBefore: UInt64
    /// The checkpoint that this load goes on from.
    let former: InputCheckpoint?
    /// Bytes of an unfinished last line that were left.
    private(set) var unfinished: UInt64 = 0
    /// Bytes of the source read so far.
    var consumed: UInt64 { file == nil ? input.consumed : position }
    /// What stopped the reading short of the end.
    private(set) var failure: (any Error)?

    /// - Parameters:
    ///   - checkpoints: those to resume from.
    ///   - workers: how many take chunks at once.
    init(_ source: IngestSource, checkpoints: [InputCheckpoint], chunkBytes: Int, workers: Int) throws {
        let start = try InputRecognition.open(source, checkpoints: checkpoints)
        self.source = source
        self.chunkBytes = chunkBytes
        self.workers = workers
        input = start.input
        rest = start.ahead
        offset = start.offset
        position = start.offset + UInt64(start.ahead.count)
        beginning = start.beginning
        recent = start.recent
        loadedBefore = start.offset
        former = start.former
        file = start.input.file.flatMap { FileLines(file: $0).begins(with: start.beginning) ? $0 : nil }
        if offset == 0, rest.starts(with: Self.byteOrderMark) {
            rest.removeFirst(Self.byteOrderMark.count)
            recent = Self.byteOrderMark
            offset = UInt64(recent.count)
        }
    }

    /// Of UTF-8. Some programs begin a file with it: it belongs to the file, and not to the first event.
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// Fills `chunk`; false at the end.
    mutating func next(_ chunk: Chunk) throws -> Bool {
        chunk.input = source.name
        chunk.offset = offset
        chunk.content = .lines
        chunk.checkpoint = nil
        if takeRange(chunk) { return true }
        fill(chunk)
        chunk.consumed = consumed
        if isWithinLongLine, isAtEnd, !endsInput, !chunk.bytes.contains(0x0a) { return leave(chunk) }
        if chunk.count == 0, !isWithinLongLine { return false }
        if isWithinLongLine { return passPiece(chunk, isFirst: false) }

        let lineEnd = endOfLines(chunk)
        if lineEnd == 0, chunk.count == Chunk.capacity {
            lineStart = offset
            if isAtEnd, !endsInput { return leave(chunk) }
            return passPiece(chunk, isFirst: true)
        }
        if isAtEnd, lineEnd < chunk.count, !chunk.bytes[lineEnd...].contains(0x0a) {
            let line = chunk.base + lineEnd
            chunk.base.storeBytes(of: 0x0a, toByteOffset: chunk.count, as: UInt8.self)
            if failure == nil, !input.canGrow || Self.isComplete(line) {
                // The last line without its line feed; the file has no byte for the one that is added here.
                advance(chunk, by: chunk.count)
                chunk.count += 1
                return true
            }
            unfinished = UInt64(chunk.count - lineEnd)
        } else {
            rest = Array(UnsafeRawBufferPointer(rebasing: chunk.bytes[lineEnd...]))
        }
        chunk.count = lineEnd
        if lineEnd == 0 { return false }
        advance(chunk, by: lineEnd)
        return true
    }

    /// Bytes of the next chunk that a worker reads itself. It needs memory for a part of it only, so there may be twice as many;
    /// the last ones get smaller and smaller, so that no worker is left with much when the others are done.
    private func share(of file: any ReadableFile) -> Int {
        let most = chunkBytes * 2
        guard workers > 1, offset < file.size else { return most }
        let share = (file.size - offset) / UInt64(2 * workers)
        return share < UInt64(most) ? max(Int(share), chunkBytes / 4) : most
    }

    /// Leaves it to a worker to read the next lines.
    private mutating func takeRange(_ chunk: Chunk) -> Bool {
        guard let file, !isWithinLongLine, !isAtEnd,
            let range = FileLines(file: file).wholeLines(from: offset, about: share(of: file))
        else { return false }
        rest = []
        chunk.content = .range(file)
        chunk.count = range.count
        advance(chunk, by: range.count, last: range.last)
        position = offset
        chunk.consumed = consumed
        return true
    }

    /// Nothing will follow the end: the input was read whole, and its writer is done with it.
    private var endsInput: Bool { failure == nil && !input.canGrow }

    /// Leaves the beginning of a line that may still go on for the next load: its pieces are not committed.
    private mutating func leave(_ chunk: Chunk) -> Bool {
        unfinished = offset - lineStart + UInt64(chunk.count)
        return false
    }

    private mutating func fill(_ chunk: Chunk) {
        chunk.count = rest.count
        rest.withUnsafeBytes {
            if let start = $0.baseAddress { chunk.base.copyMemory(from: start, byteCount: $0.count) }
        }
        rest = []
        var target = chunkBytes
        while true {
            // Only a line that does not end here makes a chunk as large as it may be. It may have been read before.
            if chunk.count >= target, target < Chunk.capacity, !Self.hasLineFeed(chunk) { target = Chunk.capacity }
            guard !isAtEnd, chunk.count < target else { return }
            do {
                let buffer = UnsafeMutableRawBufferPointer(
                    start: chunk.base + chunk.count, count: target - chunk.count)
                let n = try file?.read(at: position, into: buffer) ?? input.read(into: buffer)
                chunk.count += n
                position += UInt64(n)
                isAtEnd = n == 0
            } catch {
                failure = error
                isAtEnd = true
            }
        }
    }

    /// Behind the last line that ends within `chunkBytes`, else behind the first one; 0 if no line ends.
    ///
    /// Short lines behind a long one are another chunk's: a segment holds only so many rows.
    private func endOfLines(_ chunk: borrowing Chunk) -> Int {
        let limit = min(chunk.count, chunkBytes)
        let lineFeed = chunk.bytes[..<limit].lastIndex(of: 0x0a) ?? chunk.bytes[limit...].firstIndex(of: 0x0a)
        return lineFeed.map { $0 + 1 } ?? 0
    }

    private static func hasLineFeed(_ chunk: borrowing Chunk) -> Bool {
        chunk.bytes.lastIndex(of: 0x0a) != nil
    }

    /// A line longer than an event may be goes to the quarantine in pieces, so that memory stays bounded.
    private mutating func passPiece(_ chunk: Chunk, isFirst: Bool) -> Bool {
        let lineFeed = chunk.bytes.firstIndex(of: 0x0a)
        let end = lineFeed ?? chunk.count
        let isLast = lineFeed != nil || isAtEnd
        let taken = end + (lineFeed == nil ? 0 : 1)
        rest = Array(UnsafeRawBufferPointer(rebasing: chunk.bytes[taken...]))
        let reason = "a line of more than \(Limits.bytesPerEvent) bytes\(isFirst ? "" : ", continued")"
        chunk.content = .piece(reason: reason, isFirst: isFirst, isLast: isLast)
        chunk.count = end
        isWithinLongLine = !isLast
        advance(chunk, by: taken)
        if !isLast { chunk.checkpoint = nil }
        return true
    }

    private mutating func advance(_ chunk: Chunk, by n: Int) {
        let taken = UnsafeRawBufferPointer(start: chunk.base, count: n)
        advance(chunk, by: n, last: Array(taken.suffix(InputCheckpoint.window)))
    }

    /// - Parameter last: the last bytes of the `n`.
    private mutating func advance(_ chunk: Chunk, by n: Int, last: [UInt8]) {
        recent = Array((recent + last).suffix(InputCheckpoint.window))
        offset += UInt64(n)
        chunk.checkpoint = InputCheckpoint(name: source.name, beginning: beginning, offset: offset, recent: recent)
    }

    /// Whether the line, which a line feed and padding follow, is a whole JSON object.
    private static func isComplete(_ line: UnsafeRawPointer) -> Bool {
        var scanner = JSONScanner()
        return scanner.isObject(line)
    }
}
