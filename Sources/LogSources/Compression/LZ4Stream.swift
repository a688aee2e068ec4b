import CLZ4

/// The bytes within LZ4 frames, of which there may be many, with skippable frames between.
typealias LZ4Stream = FrameStream<LZ4Decompressor>

/// liblz4's frame decoder. It checks the header's checksum, and those of the blocks and the content if they are there.
///
/// Its blocks have 4 MiB at most, so its memory is bounded by the format. Like zstd's, it is fed a header or a
/// block at a time, so that all blocks before a damaged one are handed out.
final class LZ4Decompressor: Decompressor {
    static var format: CompressionFormat { .lz4 }
    static var allowsZeroPadding: Bool { false }

    /// The shortest header.
    private static let firstPiece = 7

    /// The decoder asks for a block and the next block's header together. It gets them apart.
    private static let blockHeader = 4

    private let context: OpaquePointer
    private var wanted = LZ4Decompressor.firstPiece

    init() throws {
        var context: OpaquePointer?
        _ = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard let context else { throw SourceError(.tooLarge, "there is no memory for an LZ4 decoder") }
        self.context = context
    }

    deinit {
        LZ4F_freeDecompressionContext(context)
    }

    func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> DecompressionStep {
        var consumed = min(input.count, wanted)  // before the call: how many there are
        var produced = output.count
        let status = LZ4F_decompress(context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
        if LZ4F_isError(status) != 0 {
            return DecompressionStep(consumed: 0, produced: 0, outcome: .fails(Self.failure(status)))
        }
        // 0 is the end of the frame, and else the status is how many bytes the decoder would like next.
        wanted = status > Self.blockHeader ? status - Self.blockHeader : status == 0 ? Self.firstPiece : status
        return DecompressionStep(
            consumed: consumed, produced: produced, outcome: status == 0 ? .frameEnds : .goesOn)
    }

    private static func failure(_ status: Int) -> DecompressionFailure {
        let name = String(cString: LZ4F_getErrorName(status))
        // liblz4 gives the number of an error no name in its stable interface.
        return DecompressionFailure(code: name == "ERROR_allocation_failed" ? .tooLarge : .corrupt, message: name)
    }
}
