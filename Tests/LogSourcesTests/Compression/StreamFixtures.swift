@testable import LogSources

/// A stream over an array, which gives no more than `piece` bytes at a time.
final class PiecewiseStream: ByteStream {
    private var rest: ArraySlice<UInt8>
    private let piece: Int
    private(set) var hasEnded = false

    init(_ bytes: [UInt8], piece: Int = .max) {
        rest = bytes[...]
        self.piece = piece
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        precondition(!hasEnded, "a stream that has ended is not read again")
        let count = min(piece, buffer.count, rest.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest.removeFirst(count)
        hasEnded = count == 0
        return count
    }
}

/// A stream that repeats `pattern` for ever, or until `limit` bytes.
final class RepeatingStream: ByteStream {
    private let pattern: [UInt8]
    private let limit: Int
    private(set) var position = 0

    init(_ pattern: [UInt8], limit: Int = .max) {
        self.pattern = pattern
        self.limit = limit
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, limit - position)
        for index in 0..<count { buffer[index] = pattern[(position + index) % pattern.count] }
        position += count
        return count
    }
}

/// What reading a stream to its end gave.
struct DecompressionOutcome {
    var bytes: [UInt8] = []
    var format: CompressionFormat?
    var offset: UInt64?
    var error: SourceError?
}

/// Reads all of a stream with a buffer of `buffer` bytes.
func readToEnd(_ stream: any ByteStream, buffer size: Int = 1 << 16) throws -> [UInt8] {
    var outcome = DecompressionOutcome()
    try drain(stream, into: &outcome, buffer: size)
    return outcome.bytes
}

/// Decompresses `bytes`, given to the decompressor `piece` at a time, and reads with a buffer of `buffer` bytes.
func decompress(_ bytes: [UInt8], piece: Int = .max, buffer: Int = 1 << 16) throws -> DecompressionOutcome {
    var outcome = DecompressionOutcome()
    do {
        let stream = try decompressing(PiecewiseStream(bytes, piece: piece), path: "test")
        outcome.format = stream.format
        defer { outcome.offset = stream.compressedOffset }
        do {
            try drain(stream, into: &outcome, buffer: buffer)
        } catch let error as SourceError {
            outcome.error = error
            try expectSameError(error, from: stream)
        }
    } catch let error as SourceError {
        outcome.error = error
    }
    return outcome
}

private func drain(_ stream: any ByteStream, into outcome: inout DecompressionOutcome, buffer size: Int) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    defer { buffer.deallocate() }
    while true {
        let count = try stream.read(into: buffer)
        if count == 0 { return }
        outcome.bytes.append(contentsOf: buffer.prefix(count))
    }
}

/// An error stays: the next read must not go on behind the damage.
private func expectSameError(_ error: SourceError, from stream: any ByteStream) throws {
    var byte: UInt8 = 0
    do {
        let count = try withUnsafeMutableBytes(of: &byte) { try stream.read(into: $0) }
        throw UnexpectedRead(message: "after \(error), \(count) bytes were read")
    } catch let again as SourceError where again == error {
        return
    }
}

private struct UnexpectedRead: Error {
    var message: String
}

/// CompressionTexts to compress.
enum CompressionTexts {
    /// Lines like those of an audit log; the same for the same arguments.
    static func log(lines: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        var text = ""
        for _ in 0..<lines {
            text += #"{"kind":"Event","level":"Metadata","auditID":"\#(random())","#
            text += #""verb":"get","code":\#(random() % 500)}"# + "\n"
        }
        return Array(text.utf8)
    }

    /// Bytes that no compressor makes smaller.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }
}
