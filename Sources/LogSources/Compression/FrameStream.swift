/// The decompressed bytes of a sequence of frames.
///
/// What the formats share is here: one frame after the other, and errors that come only after all the bytes before
/// them. Nothing is kept but the input buffer and what the decoder's window needs, so a small file that decompresses
/// to a petabyte is as good as any other: it is read as far as its reader reads.
///
/// A checksum stands at the end of a frame, and its bytes have been handed out by then. Whoever must not see a wrong
/// byte has to hold back what was read until the end.
final class FrameStream<Format: Decompressor>: DecompressingStream {
    private let input: CompressedInput
    private let decompressor: Format

    /// Where the frame being read begins; nil between frames.
    private var frameStart: UInt64?
    private var hasReadFrame = false

    /// Whether the last output filled its buffer, so that the decoder may hold more. It gets no further input until
    /// that is out: an error in the input would lose it.
    private var mayHoldOutput = false

    /// Once the compressed bytes are found wrong they remain so: every later call throws the same.
    private var failure: SourceError?

    init(_ input: CompressedInput, _ decompressor: Format) {
        self.input = input
        self.decompressor = decompressor
    }

    var format: CompressionFormat { Format.format }

    var compressedOffset: UInt64 { input.offset }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count, failure == nil, try isReady(waiting: filled == 0) {
            filled += decompress(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        }
        if filled == 0, !buffer.isEmpty, let failure { throw failure }
        return filled
    }

    /// Sees to it that there is something to decompress. False at the end, after a failure, and if it would have to
    /// wait for the source although it must not, as there is output to be handed out first.
    private func isReady(waiting: Bool) throws -> Bool {
        guard let frameStart else { return try beginFrame(waiting: waiting) }
        if input.count > 0 || mayHoldOutput { return true }
        if !waiting { return false }
        if try input.fill(atLeast: 1) > 0 { return true }
        fail(.truncated, "the source ends within the \(format) frame that begins at byte \(frameStart)")
        return false
    }

    private func beginFrame(waiting: Bool) throws -> Bool {
        while waiting || input.count >= FrameSignature.length || input.isExhausted {
            if try input.fill(atLeast: FrameSignature.length) == 0 { return false }
            if Format.allowsZeroPadding, hasReadFrame, input.leadingZeros > 0 {
                input.consume(input.leadingZeros)
            } else {
                return checkSignature()
            }
        }
        return false
    }

    private func checkSignature() -> Bool {
        let prefix = input.peek(FrameSignature.length)
        switch FrameSignature(prefix, within: format) {
        case .frame, .skippable:
            frameStart = input.offset
            mayHoldOutput = false
            return true
        case .cut:
            let end = input.offset + UInt64(prefix.count)
            fail(.truncated, "the source ends within the first bytes of a \(format) frame", at: end)
        case .unknown:
            fail(
                .corrupt, hasReadFrame ? "there is something else after a \(format) frame" : "not a \(format) frame",
                expected: "a \(format) frame" + (hasReadFrame ? " or the end" : ""), found: hexadecimal(prefix))
        }
        return false
    }

    private func decompress(into output: UnsafeMutableRawBufferPointer) -> Int {
        let limit = mayHoldOutput ? 0 : input.count
        let step = input.withUnread { bytes in
            decompressor.decompress(UnsafeRawBufferPointer(rebasing: bytes.prefix(limit)), into: output)
        }
        let wasIdle = step.consumed == 0 && step.produced == 0 && limit > 0
        input.consume(step.consumed)
        mayHoldOutput = step.produced == output.count
        switch step.outcome {
        case .goesOn:
            // No decoder does this. If one did, the loop above would never end.
            if wasIdle { fail(.corrupt, "the \(format) decoder does not go on") }
        case .frameEnds:
            frameStart = nil
            hasReadFrame = true
        case .fails(let reason):
            let place = frameStart.map { ", in the \(format) frame that begins at byte \($0)" } ?? ""
            fail(reason.code, reason.message + place, expected: reason.expected, found: reason.found)
        }
        return step.produced
    }

    private func fail(
        _ code: SourceError.Code, _ message: String, at offset: UInt64? = nil, expected: String? = nil,
        found: String? = nil
    ) {
        failure = SourceError(
            code, message, path: input.path, offset: offset ?? input.offset, expected: expected, found: found)
    }
}

/// Bytes as a message shows them: `1f 8b 08`.
private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
