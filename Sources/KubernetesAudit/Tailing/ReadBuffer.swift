/// Memory that logs are read into: as much as the longest line of late needs.
final class ReadBuffer {
    private(set) var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    /// What is kept although less is wanted.
    private static let kept = 8 << 20

    deinit { bytes.deallocate() }

    /// What stood there before is gone if there was not enough.
    func room(for count: Int) -> UnsafeMutableRawBufferPointer {
        if bytes.count < count || bytes.count > max(count, Self.kept) {
            bytes.deallocate()
            bytes = .allocate(byteCount: count, alignment: 16)
        }
        return UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
    }
}
