/// The limits of decompression. With them the memory does not depend on the size of the input, nor on what it
/// decompresses to.
enum DecompressionLimits {
    /// Bytes of compressed input held at a time: 256 KiB. The largest zstd block is 128 KiB, so most blocks lie in one
    /// piece and need no copy within libzstd, and a system call reads enough for its cost not to show.
    static let inputBuffer = 256 << 10

    /// The largest zstd window, as a power of two: 2^30 bytes, 1 GiB.
    ///
    /// The decoder keeps as many bytes of output as the frame's header says. libzstd's own limit of 2^27 refuses what
    /// `zstd --long=28` and more write, which archives of logs are worth; 30 is the most that libzstd takes on every
    /// platform (31 is for 64 bits only). Only a file that asks for a window, and has as much content, takes its
    /// memory: `zstd -19` asks for 8 MiB, `--long` for 128 MiB.
    static let zstdWindowLog = 30
}
