import Testing

@testable import LogSources

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct FileByteStreamTests {
    /// Runs `body` with the path of a file that has `bytes`.
    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/auditstore-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { unlink(path) }
        writeAll(bytes, to: descriptor)
        close(descriptor)
        try body(path)
    }

    private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                precondition(count > 0)
                done += count
            }
        }
    }

    @Test(arguments: CompressionFormat.allCases)
    func opensByContent(format: CompressionFormat) throws {
        let content = CompressionTexts.log(lines: 5000)
        let bytes = Compressors.compress(content, format)
        try withFile(bytes) { path in
            let stream = try openStream(path: path)
            #expect(stream.format == format)
            #expect(try readToEnd(stream) == content)
            #expect(stream.compressedOffset == UInt64(bytes.count))
        }
    }

    @Test func anEmptyFileIsPlainAndEmpty() throws {
        try withFile([]) { path in
            let stream = try openStream(path: path)
            #expect(stream.format == .plain)
            #expect(try readToEnd(stream).isEmpty)
        }
    }

    @Test func errorsNameTheFile() throws {
        for path in ["/nonexistent/audit.log", "/tmp", "", "/tmp/a\0b"] {
            let error = #expect(throws: SourceError.self) { _ = try openStream(path: path) }
            #expect(error?.code == .io)
            #expect(error?.path == path)
        }
        let bytes = Compressors.gzip(CompressionTexts.log(lines: 5)).dropLast()
        try withFile(Array(bytes)) { path in
            let error = #expect(throws: SourceError.self) { _ = try readToEnd(try openStream(path: path)) }
            #expect(error?.code == .truncated)
            #expect(error?.path == path)
        }
    }

    @Test func anEmptyBufferReadsNothing() throws {
        for format in CompressionFormat.allCases {
            let content = CompressionTexts.log(lines: 1)
            let stream = try decompressing(PiecewiseStream(Compressors.compress(content, format)))
            #expect(try stream.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) == 0)
            #expect(try readToEnd(stream) == content)
        }
    }

    @Test(arguments: CompressionFormat.allCases)
    func aPipeGivesWhatIsThere(format: CompressionFormat) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let first = CompressionTexts.log(lines: 1)
        writeAll(Compressors.compress(first, format), to: ends[1])
        let stream = try decompressing(FileByteStream(borrowing: ends[0], path: "pipe"))
        // The writer has not closed its end: asking for more than there is must not wait.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { buffer.deallocate() }
        let count = try stream.read(into: buffer)
        #expect(Array(buffer.prefix(count)) == first)
        writeAll(Compressors.compress(first, format), to: ends[1])
        close(ends[1])
        #expect(try readToEnd(stream) == first)
    }
}
