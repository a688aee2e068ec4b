/// A decoder of one format, which a `FrameStream` feeds: the thin layer over a C library.
///
/// A decompressor is given pieces of a frame, knows nothing of where they come from, and is ready for the next frame
/// when it has told that one ends.
package protocol Decompressor: AnyObject {
    static var format: CompressionFormat { get }

    /// Whether zeros may follow a frame. Tapes and some uploads pad gzip files to full blocks, and gzip(1) allows it.
    static var allowsZeroPadding: Bool { get }

    /// Decompresses the next piece. Never takes more than `input` holds nor gives more than `output` holds.
    ///
    /// As much output as the consumed input allows comes at once, or with later calls if `output` is full; those have
    /// an empty `input` until `output` is not filled. After a failure the decompressor is not called again.
    func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> DecompressionStep
}

/// What one call of a decompressor did.
package struct DecompressionStep {
    package enum Outcome {
        case goesOn
        case frameEnds
        case fails(DecompressionFailure)
    }

    package var consumed: Int
    package var produced: Int
    package var outcome: Outcome
}

/// Why a decompressor cannot go on; the stream adds the place.
package struct DecompressionFailure {
    var code: SourceError.Code
    package var message: String
    var expected: String?
    var found: String?
}
