import HTTPTypes
import KubernetesAudit
import LogSources
import NIOCore
import AuditOutput

/// The body of a request as it is once it is decompressed, in pieces of bounded size.
final class BodyDecoding {
    private let gzip: GzipDecompressor?
    private let limit: Int
    /// Bytes of the body so far, and of what it holds.
    private(set) var received = 0
    private(set) var decoded = 0
    private var buffer = ByteBuffer()
    private var isWithinMember = false
    /// There may be output left that there was no room for.
    private var isFull = false
    private var output: [UInt8] = []

    private static let pieceBytes = 64 << 10

    /// - Parameter limit: bytes of the body, before and after it is decompressed.
    init(_ headers: HTTPFields, limit: Int) throws {
        self.limit = limit
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
        switch headers[.contentEncoding]?.lowercased() {
        case nil, "", "identity": gzip = nil
        case "gzip", "x-gzip":
            gzip = try GzipDecompressor()
            output = Array(repeating: 0, count: Self.pieceBytes)
        default:
            throw HTTPFailure(.unsupportedMediaType, "encoding", "the body may be plain or gzip, and nothing else")
        }
    }

    private static func tooLarge(_ limit: Int) -> HTTPFailure {
        HTTPFailure(.contentTooLarge, "tooLarge", "a body has \(limit) bytes at most, also once it is decompressed")
    }

    private func broken(_ message: String) -> HTTPFailure {
        HTTPFailure(
            .badRequest, "gzip", message, [("offset", .int(Int64(received - buffer.readableBytes)))])
    }

    /// Takes what came next. - Precondition: `next` has used up what came before.
    func begin(_ buffer: ByteBuffer) throws {
        received += buffer.readableBytes
        guard received <= limit else { throw Self.tooLarge(limit) }
        self.buffer = buffer
    }

    /// Calls `body` with the next piece; false if what came is used up.
    func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard buffer.readableBytes > 0 || isFull else { return false }
        guard let gzip else {
            decoded = received
            try buffer.readWithUnsafeReadableBytes {
                try body($0)
                return $0.count
            }
            return true
        }
        let step = buffer.withUnsafeReadableBytes { input in
            output.withUnsafeMutableBytes { gzip.decompress(input, into: $0) }
        }
        buffer.moveReaderIndex(forwardBy: step.consumed)
        decoded += step.produced
        isFull = step.produced == output.count
        switch step.outcome {
        case .goesOn:
            if step.consumed > 0 { isWithinMember = true }
            if step.consumed == 0, step.produced == 0, buffer.readableBytes > 0 {
                throw broken("the compressed data goes on for ever")
            }
        case .frameEnds: isWithinMember = false
        case .fails(let failure): throw broken(failure.message)
        }
        guard decoded <= limit else { throw Self.tooLarge(limit) }
        try output.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<step.produced])) }
        return true
    }

    /// - Throws: if compressed data is cut off.
    func finish() throws {
        if isWithinMember { throw broken("the body ends within compressed data") }
    }
}
