#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("SystemCalls needs the C library of this platform")
#endif

/// The system calls of the sources: all that depends on the platform is in this file.
enum SystemCalls {
    /// An open file, by its number.
    typealias Descriptor = Int32

    static let standardInput: Descriptor = STDIN_FILENO

    /// The most that one call reads; Darwin refuses more than 2^31 - 1 bytes.
    private static let readLimit = 1 << 30

    /// Opens a file for reading from its beginning to its end.
    static func openForReading(_ path: String) throws -> Descriptor {
        guard !path.utf8.contains(0) else { throw SourceError(.io, "a path holds no NUL", path: path) }
        while true {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 { return descriptor }
            let code = errno
            if code != EINTR { throw failure("open", code, path: path) }
        }
    }

    /// Reads what is there, waiting for the first byte; 0 at the end.
    static func readAvailable(
        _ descriptor: Descriptor, into buffer: UnsafeMutableRawBufferPointer, path: String
    ) throws -> Int {
        while true {
            let count = read(descriptor, buffer.baseAddress, min(buffer.count, readLimit))
            if count >= 0 { return count }
            let code = errno
            switch code {
            case EINTR: continue
            case EAGAIN: waitForInput(descriptor)  // a standard input that its owner set to be non-blocking
            default: throw failure("read", code, path: path)
            }
        }
    }

    /// Tells the system that the file will be read once, from front to back, so that it reads ahead further.
    static func adviseSequential(_ descriptor: Descriptor) {
        #if canImport(Glibc) || canImport(Musl)
            _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)  // a hint: a pipe refuses it, and may
        #endif
    }

    /// Closes a file that was only read: there is nothing to lose, so there is no error.
    static func closeAfterReading(_ descriptor: Descriptor) {
        _ = close(descriptor)
    }

    private static func waitForInput(_ descriptor: Descriptor) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, -1)  // whatever it says, the next read tells
    }

    private static func failure(_ call: String, _ code: Int32, path: String) -> SourceError {
        SourceError(.io, "cannot \(call): \(String(cString: strerror(code)))", path: path)
    }
}
