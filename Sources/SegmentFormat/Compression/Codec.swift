import CLZ4
import CZstd

/// The general compressor behind the light encodings.
package enum Codec: UInt8, Sendable {
    case none = 0
    case lz4 = 1
    case zstd = 2
    /// Copies of earlier bytes of the page, and lz4 for what is new: `FragmentDecoder` has the layout.
    case fragments = 3
}

/// How a page is to be compressed: what a young segment gets, and what compaction leaves.
package enum CompressionPolicy: Sendable {
    /// lz4: as fast as shredding itself. The larger `acceleration` is, the sooner it passes over what does not repeat.
    case fast(acceleration: Int32 = 1)
    /// zstd at this level, or lz4 or nothing where that is as good.
    case strong(level: Int32)
}

/// What long work calls every few milliseconds of its time: it may wait there, or throw to end the work.
package typealias WorkPace = () throws -> Void

/// The contexts and the scratch memory of the compressors, made once a worker: making them anew costs more than a small page does.
package final class Compressor {
    private let context: OpaquePointer
    let coder = CodeCoder()
    private let pace: WorkPace?
    /// What `pace` threw: what was compressed since is of no use.
    private var interruption: (any Error)?

    /// Bytes that are compressed between two calls of `pace`: at the strongest levels that takes some thirty milliseconds.
    private static let bytesPerStep = 128 << 10

    /// - Parameter pace: called before each page and while a large one is compressed.
    package init(pace: WorkPace? = nil) {
        guard let context = ZSTD_createCCtx() else { fatalOutOfMemory() }
        self.context = context
        self.pace = pace
    }

    /// Lets whoever gave `pace` wait, or end the work. After an error nothing more is compressed.
    func keepPace() throws { if !goesOn(), let interruption { throw interruption } }

    /// The same for those who do not throw: once it is false, what they make is of no use, and they come to an end.
    func goesOn() -> Bool {
        guard interruption == nil else { return false }
        do { try pace?() } catch { interruption = error }
        return interruption == nil
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Appends `bytes` compressed, and tells by what. Bytes that do not shrink are stored as they are.
    package func append(
        _ bytes: UnsafeRawBufferPointer, to output: inout ByteArena, policy: CompressionPolicy
    ) -> Codec {
        guard bytes.count > Limits.smallestCompressedPage, let source = bytes.baseAddress else {
            output.append(bytes)
            return .none
        }
        switch policy {
        case .fast(let acceleration):
            if bytes.count <= Int(LZ4_MAX_INPUT_SIZE),
                let n = lz4(source, bytes.count, to: &output, acceleration: acceleration)
            {
                output.commit(n)
                return .lz4
            }
        case .strong(let level):
            // Not even copied: a row group's bodies take longer than whoever ends the work wants to wait.
            guard goesOn() else { return .none }
            if let n = zstd(source, bytes.count, to: &output, level: level) {
                output.commit(n)
                return .zstd
            }
            guard interruption == nil else { return .none }
        }
        output.append(bytes)
        return .none
    }

    /// What is left of bodies when their repeats are gone hardly repeats itself: most of what lz4 looks up there is in vain
    /// (figures in Docs/Decisions.md). Compaction compresses it anew.
    private static let accelerationOfLiterals: Int32 = 16

    /// Appends a page of fragments. Its commands are numbers of little order, which lz4 hardly shrinks.
    func append(_ fragments: inout FragmentEncoder, to output: inout ByteArena) {
        fragments.withPage { firstCommand, commands, literals in
            let bytes = UInt32(firstCommand.count + commands.count)
            output.append(integer: bytes)
            output.append(integer: bytes)
            output.append(integer: UInt32(literals.count))
            output.append(firstCommand)
            output.append(commands)
            _ = append(literals, to: &output, policy: .fast(acceleration: Self.accelerationOfLiterals))
        }
    }

    private func lz4(
        _ source: UnsafeRawPointer, _ count: Int, to output: inout ByteArena, acceleration: Int32
    ) -> Int? {
        let bound = Int(LZ4_compressBound(Int32(count)))
        output.reserve(bound)
        let n = LZ4_compress_fast(
            source.assumingMemoryBound(to: CChar.self),
            (output.base + output.count).assumingMemoryBound(to: CChar.self), Int32(count), Int32(bound), acceleration)
        return n > 0 && Int(n) < count - count / 16 ? Int(n) : nil
    }

    private func zstd(_ source: UnsafeRawPointer, _ count: Int, to output: inout ByteArena, level: Int32) -> Int? {
        let bound = ZSTD_compressBound(count)
        output.reserve(bound)
        ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        // The page has a checksum and a length of its own.
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        let n: Int
        if pace != nil, count > Self.bytesPerStep {
            guard let steps = zstd(source, count, to: output.base + output.count, bound) else { return nil }
            n = steps
        } else {
            n = ZSTD_compress2(context, output.base + output.count, bound, source, count)
        }
        return ZSTD_isError(n) == 0 && n < count ? n : nil
    }

    /// The same in steps; nil if `pace` ended it, or it failed.
    private func zstd(
        _ source: UnsafeRawPointer, _ count: Int, to target: UnsafeMutableRawPointer, _ bound: Int
    ) -> Int? {
        // Parameters are chosen by the size, as when all is compressed at once.
        guard ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(count))) == 0 else { return nil }
        var output = ZSTD_outBuffer(dst: target, size: bound, pos: 0)
        var done = 0
        while done < count {
            guard goesOn() else { return nil }
            var input = ZSTD_inBuffer(src: source + done, size: min(Self.bytesPerStep, count - done), pos: 0)
            let isLast = done + input.size == count
            // There is room for the worst case, so each call takes all its input.
            let left = ZSTD_compressStream2(context, &output, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
            guard ZSTD_isError(left) == 0, input.pos == input.size, !isLast || left == 0 else { return nil }
            done += input.size
        }
        return output.pos
    }
}

/// Decompresses `bytes` into exactly `count` bytes at `target`.
package func decompress(
    _ bytes: UnsafeRawBufferPointer, codec: Codec, into target: UnsafeMutableRawPointer, count: Int
) throws(SegmentError) {
    let found: Int
    switch codec {
    case .none:
        found = bytes.count
        if found == count, let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: count) }
    case .lz4:
        guard bytes.count <= Int(Int32.max), count <= Int(Int32.max), let source = bytes.baseAddress else {
            throw .corrupt("an lz4 page of an impossible size")
        }
        found = Int(
            LZ4_decompress_safe(
                source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count), Int32(count)))
    case .zstd:
        let n = ZSTD_decompress(target, count, bytes.baseAddress, bytes.count)
        found = ZSTD_isError(n) == 0 ? n : -1
    case .fragments:
        return try FragmentDecoder.decode(bytes, into: target, count: count)
    }
    guard found == count else {
        throw .corrupt(
            "a page does not decompress", expected: "\(count) bytes", found: found < 0 ? "garbage" : "\(found)")
    }
}

/// The one thing that cannot be reported: there is no memory left to report it with.
package func fatalOutOfMemory() -> Never { fatalError("out of memory") }
