/// The bytes of a file, a pipe or standard input, as they are.
package final class FileByteStream: ByteStream {
    /// The path, for messages.
    package let path: String
    private let descriptor: SystemCalls.Descriptor
    private let closesDescriptor: Bool

    /// Opens a file.
    package init(path: String) throws {
        self.path = path
        descriptor = try SystemCalls.openForReading(path)
        closesDescriptor = true
        SystemCalls.adviseSequential(descriptor)
    }

    /// Reads a descriptor that someone else opened and closes.
    package init(borrowing descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
        closesDescriptor = false
        SystemCalls.adviseSequential(descriptor)
    }

    /// Standard input: a file that was redirected to it, or a pipe.
    package static func standardInput() -> FileByteStream {
        FileByteStream(borrowing: SystemCalls.standardInput, path: "standard input")
    }

    deinit {
        if closesDescriptor { SystemCalls.closeAfterReading(descriptor) }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !buffer.isEmpty else { return 0 }
        return try SystemCalls.readAvailable(descriptor, into: buffer, path: path)
    }
}
