import AuditStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files of the machine, as a tail looks at them.
struct PosixTailFiles: TailFileSystem {
    private let system = PosixFileSystem()

    var now: Int64 { system.now }

    func names(in directory: String) throws(AuditStoreError) -> [String] { try system.names(in: directory) }

    func changes() -> any FileChanges { system.changes() }

    func status(of path: String) throws(AuditStoreError) -> LogFileStatus? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Self.failure("examine", path)
        }
        return LogFileStatus(status)
    }

    func open(_ path: String) throws(AuditStoreError) -> any HeldFile {
        // A pipe that has taken the name of a log must not hold up the tail.
        let descriptor = systemOpen(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        return Held(descriptor, path: path)
    }

    fileprivate static func failure(_ what: String, _ path: String) -> AuditStoreError {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return AuditStoreError(.io, "cannot \(what): \(reason)", location: .init(file: path))
    }

    private final class Held: HeldFile {
        private let descriptor: Int32
        private let path: String

        init(_ descriptor: Int32, path: String) {
            self.descriptor = descriptor
            self.path = path
        }

        deinit { _ = close(descriptor) }

        func status() throws(AuditStoreError) -> LogFileStatus {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw failure("examine", path) }
            return LogFileStatus(status)
        }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
            var done = 0
            while done < target.count {
                let n = pread(descriptor, target.baseAddress! + done, target.count - done, off_t(offset) + off_t(done))
                if n < 0, errno == EINTR { continue }
                guard n >= 0 else { throw failure("read", path) }
                if n == 0 { break }
                done += n
            }
            return done
        }
    }
}

/// Outside of the type, where `open` is the system's.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }

private func failure(_ what: String, _ path: String) -> AuditStoreError { PosixTailFiles.failure(what, path) }

extension LogFileStatus {
    fileprivate init(_ status: stat) {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        let kind: FileKind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        self.init(
            id: ID(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino)), kind: kind,
            size: UInt64(max(0, status.st_size)),
            modified: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
