/// How a source is compressed.
package enum CompressionFormat: String, Sendable, Hashable, CaseIterable {
    /// Not compressed, or in no format that is known here: the bytes are taken as they are.
    case plain
    /// RFC 1952, of one or more members.
    case gzip
    /// RFC 8878, of one or more frames.
    case zstd
    /// The LZ4 frame format, of one or more frames. (The raw block and the legacy `lz4 -l` format have no end mark or
    /// checksum, and do not count.)
    case lz4
}
