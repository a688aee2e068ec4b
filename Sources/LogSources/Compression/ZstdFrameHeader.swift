import CZstd

/// As much of a zstd frame's header (RFC 8878, 3.1.1.1) as an error message needs.
enum ZstdFrameHeader {
    /// Signature 4, descriptor 1, window 1, dictionary 4, content size 8.
    static let maximumLength = 18

    /// How many bytes of output the decoder of this frame has to keep; nil if the header is incomplete or is none.
    ///
    /// libzstd has a function for it, but outside its stable interface.
    static func windowSize(_ header: [UInt8]) -> UInt64? {
        guard header.count > 5, FrameSignature(header) == .frame(.zstd) else { return nil }
        let isSingleSegment = header[4] & 0x20 != 0
        if isSingleSegment {
            let size = header.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
            let isKnown = size < UInt64.max - 1  // the two largest numbers are "unknown" and "error"
            return isKnown ? size : nil
        }
        let base = UInt64(1) << (10 + UInt64(header[5] >> 3))
        return base + base / 8 * UInt64(header[5] & 7)
    }
}
