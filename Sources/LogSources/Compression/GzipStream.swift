import CZlib

/// The bytes within gzip members, of which there may be many (`cat a.gz b.gz`, log shippers, bgzip).
typealias GzipStream = FrameStream<GzipDecompressor>

/// zlib's inflate, for gzip. It checks each member's CRC and length itself.
package final class GzipDecompressor: Decompressor {
    package static var format: CompressionFormat { .gzip }
    package static var allowsZeroPadding: Bool { true }

    /// Allocated, and not a property, since zlib's state points back at it: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// zlib counts in 32 bits.
    private static let pieceLimit = 1 << 30

    package init() throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16: a gzip header, and nothing else.
        let status = inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw SourceError(.tooLarge, "zlib cannot begin (status \(status))")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    package func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> DecompressionStep {
        let inputCount = min(input.count, Self.pieceLimit)
        let outputCount = min(output.count, Self.pieceLimit)
        // inflate only reads through next_in; C has no const there unless asked for.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
        stream.pointee.avail_in = uInt(inputCount)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = uInt(outputCount)
        let status = inflate(stream, Z_NO_FLUSH)
        let outcome = outcome(of: status)
        let step = DecompressionStep(
            consumed: inputCount - Int(stream.pointee.avail_in), produced: outputCount - Int(stream.pointee.avail_out),
            outcome: outcome)
        // The pointers are the caller's, and end with this call.
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        return step
    }

    private func outcome(of status: Int32) -> DecompressionStep.Outcome {
        switch status {
        case Z_OK, Z_BUF_ERROR:  // the latter: there was nothing to do
            return .goesOn
        case Z_STREAM_END:
            inflateReset(stream)
            return .frameEnds
        case Z_MEM_ERROR:
            return .fails(DecompressionFailure(code: .tooLarge, message: "there is no memory for zlib's window"))
        default:
            let message = stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)"
            return .fails(DecompressionFailure(code: .corrupt, message: message))
        }
    }
}
