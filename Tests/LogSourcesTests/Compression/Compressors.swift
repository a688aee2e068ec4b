import CLZ4
import CZlib
import CZstd

@testable import LogSources

/// Makes compressed data for the tests, with the libraries that the decompressors use. All of it has checksums.
enum Compressors {
    static let formats: [CompressionFormat] = [.gzip, .zstd, .lz4]

    /// One frame (gzip: member), made of small blocks so that a short text has several.
    static func compress(_ content: [UInt8], _ format: CompressionFormat) -> [UInt8] {
        switch format {
        case .plain: content
        case .gzip: gzip(content)
        case .zstd: zstd(content)
        case .lz4: lz4(content)
        }
    }

    static func gzip(_ content: [UInt8]) -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        var status = deflateInit2_(
            stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK)
        var content = content
        var result = [UInt8](repeating: 0, count: Int(deflateBound(stream, uLong(content.count))) + 64)
        let capacity = result.count
        content.withUnsafeMutableBufferPointer { source in
            result.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = uInt(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = uInt(target.count)
                status = deflate(stream, Z_FINISH)
            }
        }
        precondition(status == Z_STREAM_END)
        result.removeLast(capacity - Int(stream.pointee.total_out))
        deflateEnd(stream)
        return result
    }

    /// - Parameters:
    ///   - block: content bytes a block.
    ///   - windowLog: the window to be asked for; libzstd's choice if absent.
    static func zstd(_ content: [UInt8], block: Int = 60, windowLog: Int? = nil) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        if let windowLog {
            ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 0)
            ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, Int32(windowLog))
        }
        var result = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count) + content.count / block * 32 + 64)
        var target = ZSTD_outBuffer(dst: nil, size: result.count, pos: 0)
        content.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { bytes in
                target.dst = bytes.baseAddress
                for start in stride(from: 0, to: source.count, by: block) {
                    var piece = ZSTD_inBuffer(
                        src: source.baseAddress! + start, size: min(block, source.count - start), pos: 0)
                    precondition(ZSTD_compressStream2(context, &target, &piece, ZSTD_e_flush) == 0)
                }
                var nothing = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
                precondition(ZSTD_compressStream2(context, &target, &nothing, ZSTD_e_end) == 0)
            }
        }
        return Array(result.prefix(target.pos))
    }

    static func lz4(_ content: [UInt8], block: Int = 60, hasBlockChecksums: Bool = false) -> [UInt8] {
        var context: OpaquePointer?
        LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION))
        defer { LZ4F_freeCompressionContext(context) }
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
        preferences.frameInfo.blockChecksumFlag = hasBlockChecksums ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum
        preferences.autoFlush = 1
        let pieces = content.count / block + 2
        var result = [UInt8](repeating: 0, count: LZ4F_compressBound(block, &preferences) * pieces + 64)
        var length = 0
        content.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { target in
                func add(_ count: Int) {
                    precondition(LZ4F_isError(count) == 0)
                    length += count
                }
                add(LZ4F_compressBegin(context, target.baseAddress!, target.count, &preferences))
                for start in stride(from: 0, to: source.count, by: block) {
                    add(
                        LZ4F_compressUpdate(
                            context, target.baseAddress! + length, target.count - length, source.baseAddress! + start,
                            min(block, source.count - start), nil))
                }
                add(LZ4F_compressEnd(context, target.baseAddress! + length, target.count - length, nil))
            }
        }
        return Array(result.prefix(length))
    }

    /// A frame that LZ4 and zstd skip.
    static func skippable(_ content: [UInt8], kind: UInt8 = 0) -> [UInt8] {
        let size = (0..<4).map { UInt8(truncatingIfNeeded: content.count >> ($0 * 8)) }
        return [0x50 + kind, 0x2A, 0x4D, 0x18] + size + content
    }
}
