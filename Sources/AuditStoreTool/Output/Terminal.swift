#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Every system call of the output, in one place; the rest of it is plain Swift.
enum Terminal {
    static let standardOutput: Int32 = 1
    static let standardError: Int32 = 2

    static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// The terminal's width in columns as it is now; a person may resize it at any time.
    static func width(_ descriptor: Int32) -> Int? {
        var size = winsize()
        if ioctl(descriptor, numericCast(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return Int(size.ws_col)
        }
        // Terminals of some editors and of CI know no size, but say it here.
        return environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Makes a write to a closed pipe fail with `OutputError.closed` instead of killing the process, so that `ingest |
    /// head` still commits what it has. Call once, at the start of the tool.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Writes all of it: goes on after a signal and after a partial write, and waits where the descriptor is
    /// non-blocking (as a shell or a parent process may have left it).
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(OutputError) {
        guard let start = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            // macOS refuses more than Int32.max bytes in one call.
            let written = systemWrite(descriptor, start + done, min(bytes.count - done, 1 << 30))
            if written >= 0 {
                done += written
                continue
            }
            let code = errno
            switch code {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK:
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, -1)
            case EPIPE: throw .closed
            default: throw .failed(errno: code)
            }
        }
    }

    /// For what may be lost without harm, such as a progress bar.
    static func writeIgnoringErrors(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            try? write(buffer, to: descriptor)
        }
    }

    /// Writes a line to standard error, with what it holds of control characters made visible: file names are foreign
    /// text too. While a progress bar is shown, use its `message(_:)` instead.
    static func say(_ text: String) {
        writeIgnoringErrors(Array("\(HostileText.visible(text, keepingNewlines: true))\n".utf8), to: standardError)
    }

    /// Ends the process with this status, after what `atexit` asks for.
    static func exit(_ status: Int32) -> Never {
        #if canImport(Glibc)
            Glibc.exit(status)
        #elseif canImport(Musl)
            Musl.exit(status)
        #elseif canImport(Darwin)
            Darwin.exit(status)
        #endif
    }

    /// Ends the process at once: from a signal's handler, where nothing else may be relied on.
    static func exitAtOnce(_ status: Int32) -> Never { _exit(status) }

    /// Goes on as another program that lies beside this one, or in the `PATH`. Returns why it cannot.
    static func becomeSibling(_ name: String, arguments: [String]) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        #if os(Linux)
            let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        #else
            var size = UInt32(buffer.count)
            let length = _NSGetExecutablePath(&buffer, &size) == 0 ? strlen(buffer) : 0
        #endif
        var candidates = [name]
        if length > 0 {
            let path = String(decoding: buffer[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let slash = path.lastIndex(of: "/") { candidates.insert(path[...slash] + name, at: 0) }
        }
        var strings = ([name] + arguments).map { strdup($0) }
        strings.append(nil)
        for candidate in candidates { _ = execvp(candidate, &strings) }
        return message(forError: errno)
    }

    /// Leaves Control-C to a handler of the tool's own; its number is returned.
    static func takeInterrupts() -> Int32 {
        _ = signal(SIGINT, SIG_IGN)
        return SIGINT
    }

    /// Processor time of the process so far, of all its threads.
    static var processorSeconds: Double {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Leaves the request to end, which a service manager sends, to a handler of the tool's own; its number is returned.
    static func takeTerminations() -> Int32 {
        _ = signal(SIGTERM, SIG_IGN)
        return SIGTERM
    }

    static func message(forError code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes, count)
        #elseif canImport(Darwin)
            Darwin.write(descriptor, bytes, count)
        #endif
    }
}
