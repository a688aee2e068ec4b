/// Finds where lines end in a file without reading all of it, so that workers can read their chunks themselves, side by side.
struct FileLines {
    let file: any ReadableFile

    /// Bytes that are looked at first for the end of a line, and at most. Where lines are longer, chunks are read front to
    /// back.
    private static let firstWindow = 1 << 16
    private static let largestWindow = 1 << 20

    /// Whether the file is the one whose first bytes these are: a name may have come to mean another one.
    func begins(with beginning: [UInt8]) -> Bool {
        (try? read(at: 0, count: beginning.count)) == beginning
    }

    /// The bytes from `offset` on up to the last end of a line before `count` bytes, and the last of them; nil if the file
    /// is shorter, or lines are longer than is looked at, or it cannot be read: who reads it front to back finds out.
    func wholeLines(from offset: UInt64, about count: Int) -> (count: Int, last: [UInt8])? {
        let target = offset + UInt64(count)
        // What is behind the target may be the last line, which may be unfinished.
        guard target < file.size else { return nil }
        var window = Self.firstWindow
        while window <= min(Self.largestWindow, count - InputCheckpoint.window) {
            guard let bytes = try? read(at: target - UInt64(window), count: window) else { return nil }
            if let lineFeed = bytes.lastIndex(of: 0x0a) {
                let taken = count - (window - lineFeed - 1)
                let end = offset + UInt64(taken)
                guard let last = try? read(at: end - UInt64(InputCheckpoint.window), count: InputCheckpoint.window)
                else {
                    return nil
                }
                return (taken, last)
            }
            window *= 4
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
