import SegmentFormat

/// Finds where lines end in a file without reading all of it, so that workers can read their chunks themselves, side by side.
struct FileLines {
    let file: any ReadableFile

    /// Bytes that are looked at first for the end of a line, and at most at a time.
    private static let firstPiece = 1 << 14
    private static let largestPiece = 1 << 20

    /// Whether the file is the one whose first bytes these are: a name may have come to mean another one.
    func begins(with beginning: [UInt8]) -> Bool {
        (try? read(at: 0, count: beginning.count)) == beginning
    }

    /// The bytes from `offset` on up to the last end of a line within `count` bytes, and the last of them; nil if there are
    /// few, or no line ends there, or it cannot be read: who reads it front to back finds out.
    func wholeLines(from offset: UInt64, about count: Int) -> (count: Int, last: [UInt8])? {
        guard offset < file.size else { return nil }
        var left = Int(min(UInt64(count), file.size - offset))
        var piece = Self.firstPiece
        while left > 0 {
            piece = min(piece, left)
            guard let bytes = try? read(at: offset + UInt64(left - piece), count: piece) else { return nil }
            left -= piece
            if let lineFeed = bytes.withUnsafeBytes({ LastByte.index(of: 0x0a, in: $0) }) {
                let taken = left + lineFeed + 1
                let window = InputCheckpoint.window
                guard taken >= window, let last = try? read(at: offset + UInt64(taken - window), count: window) else {
                    return nil
                }
                return (taken, last)
            }
            piece = min(piece * 4, Self.largestPiece)
        }
        return nil
    }

    private func read(at offset: UInt64, count: Int) throws -> [UInt8]? {
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
            read = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes.count == count ? bytes : nil
    }
}
