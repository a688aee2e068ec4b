import CZstd

/// The bytes within zstd frames, of which there may be many, with skippable frames between (pzstd, the seekable
/// format).
typealias ZstdStream = FrameStream<ZstdDecompressor>

/// libzstd's streaming decoder. It checks each frame's checksum, if it has one.
///
/// It is fed a header or a block at a time. So all blocks before a damaged one are handed out, whatever the size of the
/// reader's buffer, and the error tells which block it was: the decoder reports no progress of a call that fails.
final class ZstdDecompressor: Decompressor {
    static var format: CompressionFormat { .zstd }
    static var allowsZeroPadding: Bool { false }

    /// The signature and the descriptor: what says how long the header is.
    private static let firstPiece = 5

    /// The decoder asks for a block and the next block's header together. It gets them apart.
    private static let blockHeader = 3

    private let context: OpaquePointer
    private let windowLog: Int
    private var wanted = ZstdDecompressor.firstPiece

    /// The frame's first bytes, to tell how large a window it asks for.
    private var header: [UInt8] = []

    /// - Parameter windowLog: the largest window to be accepted, as a power of two, from 10 to 30.
    init(windowLog: Int = DecompressionLimits.zstdWindowLog) throws {
        guard let context = ZSTD_createDCtx() else {
            throw SourceError(.tooLarge, "there is no memory for a zstd decoder")
        }
        self.context = context
        self.windowLog = windowLog
        let status = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(windowLog))
        precondition(ZSTD_isError(status) == 0, "libzstd takes no window of 2^\(windowLog) bytes")
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> DecompressionStep {
        let piece = UnsafeRawBufferPointer(rebasing: input.prefix(wanted))
        var source = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(context, &target, &source)
        if ZSTD_isError(status) != 0 {
            keepHeader(piece)
            return DecompressionStep(consumed: 0, produced: 0, outcome: .fails(failure(status)))
        }
        keepHeader(piece.prefix(source.pos))
        // 0 is the end of the frame, and else the status is how many bytes the decoder would like next.
        wanted = status > Self.blockHeader ? status - Self.blockHeader : status == 0 ? Self.firstPiece : status
        if status == 0 { header.removeAll(keepingCapacity: true) }
        return DecompressionStep(
            consumed: source.pos, produced: target.pos, outcome: status == 0 ? .frameEnds : .goesOn)
    }

    private func keepHeader(_ bytes: some Collection<UInt8>) {
        header.append(contentsOf: bytes.prefix(ZstdFrameHeader.maximumLength - header.count))
    }

    private func failure(_ status: Int) -> DecompressionFailure {
        switch ZstdErrorCode(status) {
        case .windowTooLarge:
            return DecompressionFailure(
                code: .tooLarge,
                message: "the zstd window is too large; pipe it in decompressed, as by `zstd -dc --long=31`",
                expected: "a window of at most \(1 << windowLog) bytes",
                found: ZstdFrameHeader.windowSize(header).map { "one of \($0) bytes" })
        case .noMemory:
            return DecompressionFailure(
                code: .tooLarge, message: "there is no memory for the zstd window",
                found: ZstdFrameHeader.windowSize(header).map { "a window of \($0) bytes" })
        case .wrongDictionary:
            return DecompressionFailure(
                code: .unsupported, message: "the zstd frame was made with a dictionary, which is not at hand")
        default:
            return DecompressionFailure(code: .corrupt, message: String(cString: ZSTD_getErrorName(status)))
        }
    }
}

/// The errors of libzstd that mean something else than damage.
///
/// zstd_errors.h has them, which the module of the system's library leaves out; the numbers are fixed since libzstd
/// 1.3.1.
private enum ZstdErrorCode: Int {
    case windowTooLarge = 16
    case wrongDictionary = 32
    case noMemory = 64

    /// Reads the error from a status that is one: the negated number, as a size_t.
    init?(_ status: Int) {
        self.init(rawValue: 0 &- status)
    }
}
