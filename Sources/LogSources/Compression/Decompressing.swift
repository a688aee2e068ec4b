/// Opens a file, or standard input for `-`, and decompresses it if its content says that it is compressed.
///
/// - Throws: `SourceError` if it cannot be opened or read, or ends within a leading skippable frame.
package func openStream(path: String) throws -> any DecompressingStream {
    let file = try path == "-" ? FileByteStream.standardInput() : FileByteStream(path: path)
    return try decompressing(file, path: file.path)
}

/// Reads the first bytes of a stream, and returns its bytes decompressed if they say so, else as they are.
///
/// The name has no say: logs are rotated, renamed and piped. No signature can begin a JSON text, so no audit log is
/// taken for a compressed one. A source that is shorter than a signature is plain, and so is an empty one.
///
/// - Parameter path: where the stream comes from, for messages.
/// - Throws: `SourceError`, or what the stream throws.
package func decompressing(_ stream: any ByteStream, path: String? = nil) throws -> any DecompressingStream {
    let input = CompressedInput(stream, path: path)
    switch try detectFormat(input) {
    case .plain: return PlainStream(input)
    case .gzip: return GzipStream(input, try GzipDecompressor())
    case .zstd: return ZstdStream(input, try ZstdDecompressor())
    case .lz4: return LZ4Stream(input, try LZ4Decompressor())
    }
}

/// Recognises the format by the first frame that is not skippable, having consumed those before it.
///
/// Skippable frames alone are a zstd (or LZ4) file without content.
private func detectFormat(_ input: CompressedInput) throws -> CompressionFormat {
    var hasSkipped = false
    while true {
        _ = try input.fill(atLeast: FrameSignature.length)
        switch FrameSignature(input.peek(FrameSignature.length)) {
        case .skippable:
            try skipFrame(input)
            hasSkipped = true
        case .frame(let format) where !hasSkipped || format != .gzip:
            return format
        default:
            // Anything else after a skipped frame is wrong, and the zstd stream says so.
            return hasSkipped ? .zstd : .plain
        }
    }
}

/// Consumes a skippable frame, whose signature is at hand.
private func skipFrame(_ input: CompressedInput) throws {
    let start = input.offset
    var remaining = FrameSignature.skippableHeaderLength
    if try input.fill(atLeast: remaining) >= remaining {
        let size = input.peek(remaining).suffix(4)
        remaining += size.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while remaining > 0 {
        let count = min(try input.fill(atLeast: 1), remaining)
        if count == 0 {
            throw SourceError(
                .truncated, "the source ends within the skippable frame that begins at byte \(start)",
                path: input.path, offset: input.offset)
        }
        input.consume(count)
        remaining -= count
    }
}
