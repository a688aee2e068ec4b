import CZstd
import Testing

@testable import LogSources

@Suite struct DecompressionMemoryTests {
    @Test func aWindowWithinTheLimitIsTaken() throws {
        let content = CompressionTexts.log(lines: 50)
        let outcome = try decompress(Compressors.zstd(content, windowLog: DecompressionLimits.zstdWindowLog))
        #expect(outcome.error == nil)
        #expect(outcome.bytes == content)
    }

    @Test(arguments: [1, 3, Int.max])
    func aLargerWindowIsRefused(piece: Int) throws {
        // A frame's header is all that is needed: signature, descriptor, and the window's exponent and mantissa.
        for (window, size) in [((31 - 10) << 3, UInt64(1) << 31), ((30 - 10) << 3 | 1, (1 << 30) + (1 << 27))] {
            let header: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, UInt8(window), 1, 0, 0, 0, 0, 0]
            let error = try #require(try decompress(header, piece: piece).error)
            #expect(error.code == .tooLarge)
            #expect(error.expected == "a window of at most 1073741824 bytes")
            #expect(error.found == "one of \(size) bytes")
            #expect(error.description.contains("zstd -dc --long=31"))
        }
    }

    @Test func theLimitCanBeLower() throws {
        let bytes = Compressors.zstd(CompressionTexts.log(lines: 5), windowLog: 21)
        let stream = ZstdStream(
            CompressedInput(PiecewiseStream(bytes), path: nil), try ZstdDecompressor(windowLog: 20))
        let error = #expect(throws: SourceError.self) { try readToEnd(stream) }
        #expect(error?.code == .tooLarge)
        #expect(error?.found == "one of 2097152 bytes")
    }

    @Test func aMissingDictionaryIsNotDamage() throws {
        // Signature, descriptor (a dictionary's number of one byte follows the window), window, number, an empty block.
        let bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 1, 0, 7, 1, 0, 0]
        #expect(try decompress(bytes).error?.code == .unsupported)
    }

    @Test(arguments: Compressors.formats)
    func aBombIsStreamed(format: CompressionFormat) throws {
        // Endlessly many members, each of many times its size: it is read no further than asked for.
        let content = [UInt8](repeating: 0x20, count: 1 << 20)
        let frame = format == .zstd ? Compressors.zstd(content, block: 1 << 17) : Compressors.compress(content, format)
        let source = RepeatingStream(frame)
        let stream = try decompressing(source)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { buffer.deallocate() }
        var total = 0
        while total < 4 << 20 {
            let count = try stream.read(into: buffer)
            try #require(count > 0)
            #expect(buffer.prefix(count).allSatisfy { $0 == 0x20 })
            total += count
        }
        #expect(source.position <= (total / content.count + 1) * frame.count + DecompressionLimits.inputBuffer)
    }
}
