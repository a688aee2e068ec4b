import Testing

@testable import LogSources

@Suite struct CompressionDetectionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var format: CompressionFormat
        /// The kind of error that reading it ends with, or nil.
        var error: SourceError.Code?

        var testDescription: String { name }
    }

    static let table: [Row] = [
        Row(name: "empty", bytes: [], format: .plain),
        Row(name: "one byte", bytes: Array("{".utf8), format: .plain),
        Row(name: "JSON", bytes: Array("{\"kind\":\"Event\"}\n".utf8), format: .plain),
        Row(name: "JSON after a byte order mark", bytes: [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], format: .plain),
        Row(name: "zeros", bytes: [0, 0, 0, 0, 0], format: .plain),
        Row(name: "first byte of gzip", bytes: [0x1F], format: .plain),
        Row(name: "first bytes of zstd", bytes: [0x28, 0xB5, 0x2F], format: .plain),
        Row(name: "first bytes of lz4", bytes: [0x04, 0x22, 0x4D], format: .plain),
        Row(name: "almost gzip", bytes: [0x1F, 0x8C, 8, 0], format: .plain),
        Row(name: "almost zstd", bytes: [0x28, 0xB5, 0x2F, 0xFC, 0], format: .plain),
        Row(name: "almost skippable", bytes: [0x60, 0x2A, 0x4D, 0x18, 0, 0, 0, 0], format: .plain),
        Row(name: "gzip", bytes: Compressors.gzip([0x7B]), format: .gzip),
        Row(name: "gzip's first two bytes", bytes: [0x1F, 0x8B], format: .gzip, error: .truncated),
        Row(name: "gzip of another method", bytes: [0x1F, 0x8B, 7, 0, 0], format: .gzip, error: .corrupt),
        Row(name: "zstd", bytes: Compressors.zstd([0x7B]), format: .zstd),
        Row(name: "lz4", bytes: Compressors.lz4([0x7B]), format: .lz4),
        Row(name: "skippable, zstd", bytes: Compressors.skippable([1]) + Compressors.zstd([0x7B]), format: .zstd),
        Row(name: "skippable, lz4", bytes: Compressors.skippable([1]) + Compressors.lz4([0x7B]), format: .lz4),
        Row(name: "skippable alone", bytes: Compressors.skippable([1, 2, 3]), format: .zstd),
        Row(
            name: "skippable, gzip", bytes: Compressors.skippable([1]) + Compressors.gzip([0x7B]), format: .zstd,
            error: .corrupt),
        Row(
            name: "skippable, text", bytes: Compressors.skippable([1]) + Array("{}".utf8), format: .zstd,
            error: .corrupt),
    ]

    @Test(arguments: table)
    func goesByTheContent(row: Row) throws {
        for piece in [1, 2, Int.max] {
            let outcome = try decompress(row.bytes, piece: piece)
            #expect(outcome.format == row.format)
            #expect(outcome.error?.code == row.error)
            if row.format == .plain { #expect(outcome.bytes == row.bytes) }
        }
    }
}
