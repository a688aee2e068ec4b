/// What the first bytes of a source, or of the next frame in it, say.
enum FrameSignature: Equatable {
    /// A frame (gzip: a member) of a compression format. Never of `.plain`.
    case frame(CompressionFormat)
    /// A frame to be skipped. LZ4 and zstd share it; `pzstd` begins every file with one.
    case skippable
    /// All there is, is the beginning of a signature.
    case cut
    /// None of them.
    case unknown

    /// As many bytes decide. No frame of any format is shorter, so waiting for them never waits too long.
    static let length = 4

    /// The length of a skippable frame's header: the signature, then the size of the rest, both little-endian 32 bits.
    static let skippableHeaderLength = 8

    private static let known: [(bytes: [UInt8], signature: FrameSignature)] =
        [
            // The third byte, the method, is always 8; if it is not, zlib says so better than "unknown".
            ([0x1F, 0x8B], .frame(.gzip)),
            ([0x28, 0xB5, 0x2F, 0xFD], .frame(.zstd)),
            ([0x04, 0x22, 0x4D, 0x18], .frame(.lz4)),
        ] + (0x50...0x5F).map { ([$0, 0x2A, 0x4D, 0x18], .skippable) }

    /// Reads the signature from the first bytes, fewer than `length` only where the source ends.
    ///
    /// - Parameter format: within a file of this format; `nil` at the beginning, where all are possible.
    init(_ prefix: some Collection<UInt8>, within format: CompressionFormat? = nil) {
        self = .unknown
        guard !prefix.isEmpty else { return }
        for (bytes, signature) in Self.known where signature.mayOccur(within: format) {
            if prefix.starts(with: bytes) {
                self = signature
            } else if bytes.starts(with: prefix) {
                self = .cut
            }
        }
    }

    private func mayOccur(within format: CompressionFormat?) -> Bool {
        guard let format else { return true }
        return self == .frame(format) || self == .skippable && (format == .zstd || format == .lz4)
    }
}
