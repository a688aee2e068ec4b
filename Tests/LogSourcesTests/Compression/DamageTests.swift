import Testing

@testable import LogSources

@Suite struct CompressionDamageTests {
    private struct Sample {
        var bytes: [UInt8]
        var content: [UInt8]
        /// The length of the first frame, and of what is in it.
        var firstFrame: Int
        var firstContent: Int
    }

    /// Two frames of several blocks each.
    private static func sample(_ format: CompressionFormat) -> Sample {
        let first = CompressionTexts.log(lines: 3, seed: 1)
        let second = CompressionTexts.log(lines: 3, seed: 2)
        let firstFrame = Compressors.compress(first, format)
        return Sample(
            bytes: firstFrame + Compressors.compress(second, format), content: first + second,
            firstFrame: firstFrame.count, firstContent: first.count)
    }

    @Test(arguments: Compressors.formats)
    func truncationAtEveryByte(format: CompressionFormat) throws {
        let sample = Self.sample(format)
        let (bytes, content) = (sample.bytes, sample.content)
        var before = 0
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            let outcome = try decompress(cut)
            if outcome.format == .plain {
                #expect(length < FrameSignature.length && outcome.bytes == cut && outcome.error == nil)
                continue
            }
            #expect(outcome.format == format)
            #expect(content.starts(with: outcome.bytes))
            #expect(outcome.bytes.count >= before, "a longer piece gives no less")
            before = outcome.bytes.count
            if length == sample.firstFrame {
                #expect(outcome.error == nil, "nothing tells that there was another frame")
                #expect(outcome.bytes.count == sample.firstContent)
            } else {
                #expect(outcome.error?.code == .truncated)
                #expect(outcome.error?.offset == UInt64(length))
                #expect(outcome.error?.path == "test")
            }
            for (piece, buffer) in [(1, 1), (3, 64), (Int.max, 1), (Int.max, 3)] {
                let other = try decompress(cut, piece: piece, buffer: buffer)
                #expect(other.bytes == outcome.bytes && other.error == outcome.error)
            }
        }
        #expect(before == content.count, "only the checksum of the second frame is missing")
    }

    @Test(arguments: Compressors.formats)
    func everyBlockBeforeTheCutIsGiven(format: CompressionFormat) throws {
        // The compressors' blocks have 60 bytes; inflate gives what it can of any.
        let bytes = Self.sample(format).bytes
        let counts = try (FrameSignature.length..<bytes.count).map { length in
            try decompress(Array(bytes.prefix(length))).bytes.count
        }
        #expect(Set(counts).count >= 6)
    }

    @Test(arguments: Compressors.formats)
    func everyByteChanged(format: CompressionFormat) throws {
        let sample = Self.sample(format)
        let (bytes, content) = (sample.bytes, sample.content)
        var errors: [SourceError.Code: Int] = [:]
        for index in bytes.indices {
            for mask: UInt8 in [0xFF, 1, 2, 4, 8, 16, 32, 64, 128] {
                var changed = bytes
                changed[index] ^= mask
                let outcome = try decompress(changed)
                if let error = outcome.error {
                    errors[error.code, default: 0] += 1
                    #expect(error.offset.map { $0 <= UInt64(bytes.count) } == true)
                } else if outcome.format == .plain {
                    #expect(index < FrameSignature.length && outcome.bytes == changed)
                } else {
                    // A byte that does not matter, as the time in gzip's header. A wrong text has a wrong checksum.
                    #expect(outcome.bytes == content, "byte \(index) of the \(format) file, \(mask)")
                }
                for (piece, buffer) in [(1, 1), (Int.max, 3)] where mask == 0xFF {
                    let other = try decompress(changed, piece: piece, buffer: buffer)
                    #expect(other.bytes == outcome.bytes)
                    #expect(other.error?.code == outcome.error?.code)
                }
            }
        }
        #expect(errors[.corrupt, default: 0] > bytes.count)
        #expect(Set(errors.keys).isSubset(of: [.corrupt, .truncated, .tooLarge, .unsupported]))
    }

    @Test(arguments: Compressors.formats)
    func noiseAfterTheSignature(format: CompressionFormat) throws {
        let signature = Array(Compressors.compress([], format).prefix(format == .gzip ? 3 : 4))
        for length in 0..<300 {
            let noise = CompressionTexts.noise(1000).dropFirst(length).prefix(length)
            #expect(try decompress(signature + noise).error != nil)
        }
    }

    @Test(arguments: Compressors.formats)
    func somethingElseAfterAFrame(format: CompressionFormat) throws {
        let content = CompressionTexts.log(lines: 3)
        let bytes = Compressors.compress(content, format)
        for other in Compressors.formats + [.plain] where other != format {
            for piece in [1, Int.max] {
                let outcome = try decompress(bytes + Compressors.compress(content, other), piece: piece)
                #expect(outcome.bytes == content)
                #expect(outcome.error?.code == .corrupt)
                #expect(outcome.error?.offset == UInt64(bytes.count))
                #expect(outcome.error?.found != nil && outcome.error?.expected != nil)
            }
        }
        #expect(try decompress(bytes + [0x7B]).error?.code == .corrupt)
        #expect(try decompress(bytes + bytes.prefix(1)).error?.code == .truncated)
        if format != .gzip { #expect(try decompress(bytes + [0, 0]).error?.code == .corrupt) }
    }

    @Test func skippableFrameCut() throws {
        let bytes = Compressors.skippable([1, 2, 3]) + Compressors.skippable(CompressionTexts.noise(20))
        for length in FrameSignature.length..<bytes.count where length != 11 {
            let outcome = try decompress(Array(bytes.prefix(length)))
            #expect(outcome.error?.code == .truncated)
            #expect(outcome.error?.offset == UInt64(length))
        }
    }

    @Test func errorsSayWhere() throws {
        let frame = Compressors.gzip(CompressionTexts.log(lines: 3))
        let cut = frame.count + frame.count - 1
        let error = try #require(try decompress(Array((frame + frame).prefix(cut))).error)
        #expect(
            error.description
                == "test: at byte \(cut): truncated: the source ends within the gzip frame "
                + "that begins at byte \(frame.count)"
        )
        let garbage = try #require(try decompress(frame + Array("{}{}".utf8)).error)
        #expect(
            garbage.description == "test: at byte \(frame.count): corrupt: there is something else after a gzip frame "
                + "(expected a gzip frame or the end, found 7b 7d 7b 7d)")
    }
}
