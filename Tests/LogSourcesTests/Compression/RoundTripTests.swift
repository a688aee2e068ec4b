import Testing

@testable import LogSources

@Suite struct CompressionRoundTripTests {
    static let all = CompressionFormat.allCases

    @Test(arguments: all, [1, 3, 1000, 1 << 16])
    func givesBackTheContentWhateverTheBufferSize(format: CompressionFormat, buffer: Int) throws {
        let content = CompressionTexts.log(lines: 300)
        let bytes = Compressors.compress(content, format)
        for piece in [1, 3, 7, 4096, Int.max] {
            let outcome = try decompress(bytes, piece: piece, buffer: buffer)
            #expect(outcome.error == nil)
            #expect(outcome.format == format)
            #expect(outcome.bytes == content)
            #expect(outcome.offset == UInt64(bytes.count))
        }
    }

    @Test(arguments: all)
    func givesBackContentThatIsLargerThanEveryBuffer(format: CompressionFormat) throws {
        let spaces = [UInt8](repeating: 0x20, count: 3 << 20)
        for content in [CompressionTexts.noise(3 << 20), CompressionTexts.log(lines: 30_000), spaces] {
            let bytes: [UInt8] =
                switch format {
                case .zstd: Compressors.zstd(content, block: 1 << 17)
                case .lz4: Compressors.lz4(content, block: 1 << 16, hasBlockChecksums: true)
                default: Compressors.compress(content, format)
                }
            for (piece, buffer) in [(Int.max, 1 << 16), (65_537, 1 << 20), (1000, 4099)] {
                let outcome = try decompress(bytes, piece: piece, buffer: buffer)
                #expect(outcome.error == nil)
                #expect(outcome.bytes == content)
            }
        }
    }

    @Test(arguments: Compressors.formats)
    func emptyContentIsEmpty(format: CompressionFormat) throws {
        let outcome = try decompress(Compressors.compress([], format))
        #expect(outcome.error == nil)
        #expect(outcome.format == format)
        #expect(outcome.bytes.isEmpty)
    }

    @Test(arguments: Compressors.formats, [1, 3, 1 << 16])
    func joinsFrames(format: CompressionFormat, buffer: Int) throws {
        var content: [UInt8] = []
        var bytes: [UInt8] = []
        for count in [0, 1, 5, 0, 0, 40] {
            let part = CompressionTexts.log(lines: count, seed: UInt64(count))
            content += part
            bytes += Compressors.compress(part, format)
        }
        for piece in [1, 2, 5, Int.max] {
            let outcome = try decompress(bytes, piece: piece, buffer: buffer)
            #expect(outcome.error == nil)
            #expect(outcome.bytes == content)
            #expect(outcome.offset == UInt64(bytes.count))
        }
    }

    @Test(arguments: [CompressionFormat.zstd, .lz4], [1, 1 << 16])
    func skipsSkippableFrames(format: CompressionFormat, buffer: Int) throws {
        let content = CompressionTexts.log(lines: 10)
        let skipped = Compressors.skippable(CompressionTexts.noise(1000), kind: 0xF)
        let empty = Compressors.skippable([])
        let frame = Compressors.compress(content, format)
        let bytes = skipped + empty + frame + empty + skipped + frame + skipped + empty
        for piece in [1, 3, Int.max] {
            let outcome = try decompress(bytes, piece: piece, buffer: buffer)
            #expect(outcome.error == nil)
            #expect(outcome.format == format)
            #expect(outcome.bytes == content + content)
            #expect(outcome.offset == UInt64(bytes.count))
        }
    }

    @Test func skipsALargeFrameInBoundedMemory() throws {
        // The header promises 4 GiB - 1; a source of zeros gives them without holding them.
        let header: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0xFF, 0xFF, 0xFF, 0x0F]
        let outcome = try decompress(header + [UInt8](repeating: 0, count: 1 << 20))
        #expect(outcome.error?.code == .truncated)
        #expect(outcome.error?.offset == UInt64(8 + 1 << 20))
    }

    @Test func gzipMayBePaddedWithZeros() throws {
        let content = CompressionTexts.log(lines: 5)
        let member = Compressors.gzip(content)
        for padding in [1, 2, 3, 4, 5, 511, 300_000] {
            let zeros = [UInt8](repeating: 0, count: padding)
            for piece in [1, Int.max] {
                let atEnd = try decompress(member + zeros, piece: piece)
                #expect(atEnd.error == nil)
                #expect(atEnd.bytes == content)
                #expect(atEnd.offset == UInt64(member.count + padding))
                let between = try decompress(member + zeros + member, piece: piece)
                #expect(between.error == nil)
                #expect(between.bytes == content + content)
            }
        }
    }
}
