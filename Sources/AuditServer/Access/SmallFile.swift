import AuditStore

/// Files that the server is configured by: tokens and certificates.
enum SmallFile {
    static func read(_ path: String) throws(AuditStoreError) -> [UInt8] {
        let file = try PosixFileSystem().openForReading(path)
        guard file.size <= AccessTokens.largestFile else {
            throw AuditStoreError(.limit, "the file has more than a megabyte", location: .init(file: path))
        }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(file.size), alignment: 1)
        defer { bytes.deallocate() }
        let count = try file.read(at: 0, into: bytes)
        return Array(bytes[..<count])
    }
}
