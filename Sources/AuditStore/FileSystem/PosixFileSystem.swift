// The one file of the core that names a C library.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file system of the machine.
package struct PosixFileSystem: FileSystem {
    package init() {}

    private static func failure(_ what: String, _ path: String) -> AuditStoreError {
        let number = errno
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        var code = AuditStoreError.Code.io
        if number == ENOSPC || number == EDQUOT { code = .diskFull }
        return AuditStoreError(code, "cannot \(what): \(reason)", location: .init(file: path))
    }

    /// Even for want of room: the system forgets what it could not write, and says so only once.
    private static func syncFailure(_ what: String, _ path: String) -> AuditStoreError {
        var error = failure(what, path)
        error.code = .syncFailed
        return error
    }

    /// Repeats a call that a signal interrupted.
    private static func retrying<T: BinaryInteger>(_ call: () -> T) -> T {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    package func openForReading(_ path: String) throws(AuditStoreError) -> any ReadableFile {
        let descriptor = Self.retrying { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Self.failure("open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = Self.failure("examine", path)
            _ = close(descriptor)
            throw error
        }
        return Handle(descriptor, path: path, size: UInt64(status.st_size))
    }

    /// A text file that the system makes up as it is read, and whose size says nothing.
    func contents(of path: String) throws(AuditStoreError) -> String {
        let file = try openForReading(path)
        var text: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 1)
        defer { buffer.deallocate() }
        while text.count < 16 << 20 {
            let n = try file.read(at: UInt64(text.count), into: buffer)
            text += buffer[..<n]
            if n < buffer.count { break }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package func create(_ path: String) throws(AuditStoreError) -> any WritableFile {
        let descriptor = Self.retrying { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640) }
        guard descriptor >= 0 else { throw Self.failure("create", path) }
        return Handle(descriptor, path: path, size: 0)
    }

    package func createTemporary(in directory: String?) throws(AuditStoreError) -> any TemporaryFile {
        let directory = directory ?? Self.temporaryDirectory
        while true {
            let path = directory + "/auditstore-" + String(randomNumber(), radix: 16)
            let descriptor = Self.retrying { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
            guard descriptor >= 0 else {
                if errno == EEXIST { continue }
                throw Self.failure("create a temporary file", path)
            }
            let file = Handle(descriptor, path: path, size: 0)
            // Its bytes go with the descriptor from here on. Who is killed just before leaves an empty file.
            try remove(path)
            return file
        }
    }

    /// Not `/tmp`, which is memory on many machines: files go here because there is not enough of that.
    private static var temporaryDirectory: String {
        guard let path = getenv("TMPDIR"), path.pointee != 0 else { return "/var/tmp" }
        return String(cString: path)
    }

    package func createDirectory(_ path: String) throws(AuditStoreError) {
        if mkdir(path, 0o750) == 0 { return }
        switch errno {
        case EEXIST: return
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { break }
            try createDirectory(String(path[..<slash]))
            if mkdir(path, 0o750) == 0 || errno == EEXIST { return }
        default: break
        }
        throw Self.failure("create the directory", path)
    }

    package func rename(_ path: String, to target: String) throws(AuditStoreError) {
        #if canImport(Glibc)
            let result = Glibc.rename(path, target)
        #elseif canImport(Musl)
            let result = Musl.rename(path, target)
        #else
            let result = Darwin.rename(path, target)
        #endif
        guard result == 0 else { throw Self.failure("rename", path) }
    }

    package func link(_ path: String, to target: String) throws(AuditStoreError) -> Bool {
        // Of the file itself, also where the path is a symbolic link.
        if linkat(AT_FDCWD, path, AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0 { return true }
        switch errno {
        // Another file system, one that has no links, no more links of this file, or a rule against links of others' files.
        case EXDEV, EOPNOTSUPP, EMLINK, EPERM, EACCES: return false
        default: throw Self.failure("link", path)
        }
    }

    package func removeDirectory(_ path: String) throws(AuditStoreError) {
        guard rmdir(path) == 0 else { throw Self.failure("remove the directory", path) }
    }

    package func remove(_ path: String) throws(AuditStoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.failure("remove", path) }
    }

    package func syncDirectory(_ path: String) throws(AuditStoreError) {
        let descriptor = Self.retrying { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Self.failure("open the directory", path) }
        defer { _ = close(descriptor) }
        guard Self.retrying({ fsync(descriptor) }) == 0 else { throw Self.syncFailure("sync the directory", path) }
    }

    package func changes() -> any FileChanges {
        #if os(Linux)
            if let changes = InotifyChanges() { return changes }
        #endif
        return PolledChanges()
    }

    package var now: Int64 { SystemClock.microsecondsSince1970 }

    package func randomNumber() -> UInt64 { UInt64.random(in: .min ... .max) }

    package func names(in path: String) throws(AuditStoreError) -> [String] {
        guard let directory = opendir(path) else { throw Self.failure("list", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func kind(of path: String) throws(AuditStoreError) -> FileKind? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Self.failure("examine", path)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    package func lock(_ path: String, _ mode: LockMode, wait: Bool) throws(AuditStoreError) -> (any FileLock)? {
        while true {
            guard let (handle, isCurrent) = try lockFile(path, mode, wait: wait) else { return nil }
            if isCurrent { return handle }
            handle.unlock()
        }
    }

    /// Another file may have taken the name between opening and locking; nil if another holds the lock.
    private func lockFile(
        _ path: String, _ mode: LockMode, wait: Bool
    ) throws(AuditStoreError) -> (Handle, isCurrent: Bool)? {
        var flags = O_RDWR | O_CREAT | O_CLOEXEC
        if mode == .shared { flags = O_RDONLY | O_CLOEXEC }
        let descriptor = Self.retrying { open(path, flags, 0o640) }
        guard descriptor >= 0 else { throw Self.failure("open the lock", path) }
        let operation = (mode == .shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB)
        guard Self.retrying({ flock(descriptor, operation) }) == 0 else {
            let blocked = errno == EWOULDBLOCK
            let error = Self.failure("lock", path)
            _ = close(descriptor)
            if blocked { return nil }
            throw error
        }
        let handle = Handle(descriptor, path: path, size: 0)
        var held = stat()
        var named = stat()
        guard fstat(descriptor, &held) == 0 else { throw Self.failure("examine the lock", path) }
        let isCurrent = stat(path, &named) == 0 && held.st_dev == named.st_dev && held.st_ino == named.st_ino
        return (handle, isCurrent)
    }

    /// An open file; closed when nobody holds it any longer.
    private final class Handle: ReadableFile, WritableFile, TemporaryFile, FileLock, @unchecked Sendable {
        // Reading is positional and appending has one caller, so sharing needs no lock.
        private var descriptor: Int32
        private let path: String
        let size: UInt64

        init(_ descriptor: Int32, path: String, size: UInt64) {
            self.descriptor = descriptor
            self.path = path
            self.size = size
        }

        deinit { unlock() }

        func unlock() {
            guard descriptor >= 0 else { return }
            _ = PosixFileSystem.closeDescriptor(descriptor)
            descriptor = -1
        }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
            var done = 0
            while done < target.count {
                let n = PosixFileSystem.retrying {
                    pread(descriptor, target.baseAddress! + done, target.count - done, off_t(offset) + off_t(done))
                }
                guard n >= 0 else { throw PosixFileSystem.failure("read", path) }
                if n == 0 { break }
                done += n
            }
            return done
        }

        func startSync() {
            #if canImport(Glibc) || canImport(Musl)
                // Linux begins to write what is dirty, and forgets what is clean, which nothing is yet. A hint: where it is
                // not taken, `sync` does all.
                _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
            #endif
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError) {
            var done = 0
            while done < bytes.count {
                let n = PosixFileSystem.retrying { write(descriptor, bytes.baseAddress! + done, bytes.count - done) }
                guard n > 0 else { throw PosixFileSystem.failure("write", path) }
                done += n
            }
        }

        func overwrite(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError) {
            let n = PosixFileSystem.retrying { pwrite(descriptor, bytes.baseAddress, bytes.count, 0) }
            guard n == bytes.count else { throw PosixFileSystem.failure("write", path) }
        }

        func truncate(to size: UInt64) throws(AuditStoreError) {
            guard PosixFileSystem.retrying({ ftruncate(descriptor, off_t(size)) }) == 0,
                lseek(descriptor, off_t(size), SEEK_SET) >= 0
            else { throw PosixFileSystem.failure("truncate", path) }
        }

        func sync() throws(AuditStoreError) {
            #if canImport(Darwin)
                // fsync of Darwin leaves the data in the drive's cache.
                let result = fcntl(descriptor, F_FULLFSYNC)
            #else
                let result = PosixFileSystem.retrying { fsync(descriptor) }
            #endif
            guard result == 0 else { throw PosixFileSystem.syncFailure("sync", path) }
        }

        func close() throws(AuditStoreError) {
            let result = PosixFileSystem.closeDescriptor(descriptor)
            descriptor = -1
            guard result == 0 else { throw PosixFileSystem.failure("close", path) }
        }
    }

    private static func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
}

package enum Processors {
    /// Processors that this process may run on.
    package static var available: Int {
        let online = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        #if os(Linux)
            // A process may be bound to some of them; the set is a mask in hexadecimal words.
            if let status = try? PosixFileSystem().contents(of: "/proc/self/status"),
                let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
            {
                let count = line.dropFirst(13).reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
                if count > 0 { return min(count, online) }
            }
        #endif
        return online
    }
}

package enum SystemClock {
    /// The time of day.
    package static var microsecondsSince1970: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Holds up the calling thread; for threads of the store's own.
    static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }
}
