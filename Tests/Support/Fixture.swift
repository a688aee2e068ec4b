import CZstd

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The logs in `Tests/Fixtures`, decompressed.
package enum Fixture {
    package static func path(_ name: String) -> String {
        let here = #filePath
        let support = here[..<here.lastIndex(of: "/")!]
        return support[..<support.lastIndex(of: "/")!] + "/Fixtures/" + name
    }

    /// The bytes of a file, as they are.
    package static func file(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        precondition(descriptor >= 0, "cannot open \(path)")
        defer { _ = close(descriptor) }
        var status = stat()
        precondition(fstat(descriptor, &status) == 0)
        let size = Int(status.st_size)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let n = read(descriptor, buffer.baseAddress! + count, size - count)
                precondition(n > 0, "cannot read \(path)")
                count += n
            }
        }
    }

    /// A compressed log of `Tests/Fixtures`.
    package static func log(_ name: String) -> [UInt8] {
        let compressed = file(path(name + ".ndjson.zst"))
        return compressed.withUnsafeBytes { source in
            let size = Int(ZSTD_getFrameContentSize(source.baseAddress, source.count))
            return [UInt8](unsafeUninitializedCapacity: size) { target, count in
                count = ZSTD_decompress(target.baseAddress, size, source.baseAddress, source.count)
                precondition(count == size, "\(name) does not decompress")
            }
        }
    }

    package static let edge = log("edge")
    package static let sample = log("apiserver-sample")
}

/// Cuts bytes into lines, without their line feeds; the last one may lack it.
package func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    bytes.withUnsafeBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        var start = 0
        while start < buffer.count {
            let found = memchr(base + start, 0x0a, buffer.count - start)
            let end = found.map { UnsafeRawPointer($0) - base } ?? buffer.count
            result.append(bytes[start..<end])
            start = end + 1
        }
    }
    return result
}

/// Joins lines, with a line feed after each.
package func text(_ lines: some Sequence<some Collection<UInt8>>) -> [UInt8] {
    var result: [UInt8] = []
    for line in lines {
        result.append(contentsOf: line)
        result.append(0x0a)
    }
    return result
}

/// Whether two byte strings are equal; by `memcmp`, because a loop is slow without optimisation.
package func areEqual(_ a: some Collection<UInt8>, _ b: some Collection<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    let isEqual = a.withContiguousStorageIfAvailable { x -> Bool in
        b.withContiguousStorageIfAvailable { y -> Bool in
            guard let left = x.baseAddress, let right = y.baseAddress else { return true }
            return memcmp(left, right, x.count) == 0
        } ?? false
    }
    return isEqual ?? false
}
