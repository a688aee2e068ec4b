import AuditStore
import Synchronization
import TestSupport

/// A file system in memory that can fail at any call, die, and forget what was not synced.
final class MemoryFileSystem: FileSystem, Sendable {
    /// What the n-th call from now on does.
    enum Fault: Sendable {
        /// It fails; the calls after it do not. A write leaves half of its bytes.
        case failsOnce(call: Int)
        /// It fails, and so does every call after it: the process is gone.
        case dies(call: Int)
        /// The same, but the process lives.
        case breaks(call: Int)
        /// A read gives half of what there is; other calls fail once.
        case readsShort(call: Int)

        var call: Int {
            switch self {
            case .failsOnce(let call), .dies(let call), .breaks(let call), .readsShort(let call): call
            }
        }
    }

    struct Content {
        var bytes: [UInt8] = []
        /// Bytes that the disk has.
        var synced = 0
        /// A sync failed: the system shows the bytes behind `synced`, and will not write them, whatever later syncs say.
        var lostTail = false
        /// A range that no read of it, or of a part of it, gives.
        var unreadable: Range<Int>?

        mutating func sync() { if !lostTail { synced = bytes.count } }

        mutating func failSync() { lostTail = lostTail || synced < bytes.count }

        mutating func truncate(to size: Int) {
            bytes.removeLast(max(0, bytes.count - size))
            if size <= synced { lostTail = false }
            synced = min(synced, bytes.count)
        }
    }

    final class Inode: Sendable {
        let content = Mutex(Content())
        var bytes: [UInt8] { content.withLock { $0.bytes } }

        init(_ bytes: [UInt8] = []) { content.withLock { $0 = Content(bytes: bytes, synced: bytes.count) } }

        init(_ content: Content) { self.content.withLock { $0 = content } }
    }

    struct WeakInode {
        weak var inode: Inode?
    }

    /// The names of a moment; a directory has no inode.
    typealias Names = [String: Inode?]

    struct State {
        var names: Names = ["/": nil]
        /// The names that would be there after a loss of power.
        var durable: Names = ["/": nil]
        /// Holders of the lock on a file, whatever its name: negative for an exclusive one.
        var locks: [ObjectIdentifier: Int] = [:]
        var calls = 0
        var fault: Fault?
        /// Files without a name; they are held by those who use them.
        var temporary: [WeakInode] = []
        /// Bytes that all files together have room for.
        var capacity: Int?
        /// Microseconds since 1970; goes on by one each time somebody looks.
        var now: Int64 = 1_718_510_400_000_000
        var random = SeededRandom(seed: 1)
        /// Files can have two names.
        var canLink = true
        /// Is told of each call before it is made.
        var witness: (@Sendable (_ what: String, _ path: String) -> Void)?
    }
    let state = Mutex(State())

    init() {}

    init(names: Names, now: Int64? = nil) {
        state.withLock {
            if let now { $0.now = now }
            $0.names = names
            $0.durable = names
        }
    }

    // MARK: For tests

    /// Calls so far.
    var calls: Int { state.withLock { $0.calls } }

    func inject(_ fault: Fault?) {
        state.withLock {
            $0.calls = 0
            $0.fault = fault
        }
    }

    /// Does something at the first call that is asked for: what another thread might do in between.
    func once(_ what: String, suffix: String, _ body: @escaping @Sendable () -> Void) {
        let isDone = Atomic(false)
        state.withLock {
            $0.witness = { called, path in
                guard called == what, path.hasSuffix(suffix) else { return }
                if !isDone.exchange(true, ordering: .acquiringAndReleasing) { body() }
            }
        }
    }

    /// Looks at the files without being disturbed, and without being counted.
    func undisturbed<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (calls, fault) = state.withLock { state in
            defer { state.fault = nil }
            return (state.calls, state.fault)
        }
        defer {
            state.withLock {
                $0.calls = calls
                $0.fault = fault
            }
        }
        return try body()
    }

    /// How much room there is on the disk; nil for as much as is wanted.
    func setCapacity(_ bytes: Int?) { state.withLock { $0.capacity = bytes } }

    /// Bytes of all files.
    var usedBytes: Int { files.values.reduce(0) { $0 + $1.count } }

    /// Lets time pass.
    func wait(microseconds: Int64) { state.withLock { $0.now += microseconds } }

    /// Whether the fault has come about.
    var hasFailed: Bool { state.withLock { state in state.fault.map { state.calls >= $0.call } ?? false } }

    /// The files with their bytes.
    var files: [String: [UInt8]] {
        state.withLock { $0.names.compactMapValues { $0?.bytes } }
    }

    func file(_ path: String) -> [UInt8]? { files[path] }

    /// Puts a file there, durably, replacing the one that is there.
    func put(_ bytes: [UInt8], at path: String) {
        state.withLock {
            let inode = Inode(bytes)
            $0.names[path] = .some(inode)
            $0.durable[path] = .some(inode)
        }
    }

    /// Makes a range of a file unreadable, as a sector is that has gone bad.
    func makeUnreadable(_ path: String, _ range: Range<Int>) {
        inode(path)?.content.withLock { $0.unreadable = range }
    }

    /// Another file system with the same files, which share nothing with these. Nobody holds a lock on it.
    func copy() -> MemoryFileSystem {
        MemoryFileSystem(names: state.withLock { $0.names.mapValues { inode in inode.map { Inode($0.bytes) } } })
    }

    static func ancestors(of path: String) -> [String] {
        var result: [String] = []
        var path = path
        while path != "/" {
            path = parent(of: path)
            result.append(path)
        }
        return result
    }

    private static func parent(of path: String) -> String {
        let slash = path.lastIndex(of: "/")!
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: FileSystem

    /// Counts a call, and fails if it is the one to fail.
    private func call(_ what: String, _ path: String) throws(AuditStoreError) {
        state.withLock { $0.witness }?(what, path)
        let fails = state.withLock { state in
            state.calls += 1
            switch state.fault {
            case .failsOnce(let call)?: return state.calls == call
            case .dies(let call)?, .breaks(let call)?: return state.calls >= call
            case .readsShort(let call)?: return state.calls == call && what != "read"
            case nil: return false
            }
        }
        let code = what.hasPrefix("sync") ? AuditStoreError.Code.syncFailed : .io
        if fails { throw AuditStoreError(code, "cannot \(what): injected", location: .init(file: path)) }
    }

    /// Whether the read that was just counted is the one to be short.
    private var readsShort: Bool {
        state.withLock { state in
            if case .readsShort(let call)? = state.fault { state.calls == call } else { false }
        }
    }

    /// Whether a call that fails was made at all.
    private var isAlive: Bool {
        state.withLock { state in
            if case .dies? = state.fault { false } else { true }
        }
    }

    /// Whether the process is gone.
    private var isDead: Bool {
        state.withLock { state in
            if case .dies(let call)? = state.fault { state.calls >= call } else { false }
        }
    }

    /// Bytes that there is room for.
    private var room: Int {
        state.withLock { state in
            guard let capacity = state.capacity else { return .max }
            let named = state.names.values.reduce(0) { $0 + ($1?.bytes.count ?? 0) }
            return max(0, capacity - named - Self.bytes(state.temporary))
        }
    }

    private static func bytes(_ files: [WeakInode]) -> Int { files.reduce(0) { $0 + ($1.inode?.bytes.count ?? 0) } }

    /// Bytes of files without a name that somebody holds.
    var temporaryBytes: Int { state.withLock { Self.bytes($0.temporary) } }

    private func missing(_ path: String) -> AuditStoreError {
        AuditStoreError(.io, "no such file or directory", location: .init(file: path))
    }

    private func inode(_ path: String) -> Inode? { state.withLock { $0.names[path] ?? nil } }

    func openForReading(_ path: String) throws(AuditStoreError) -> any ReadableFile {
        try call("open", path)
        guard let inode = inode(path) else { throw missing(path) }
        return Reading(inode: inode, files: self, path: path)
    }

    func create(_ path: String) throws(AuditStoreError) -> any WritableFile {
        try call("create", path)
        let inode: Inode? = state.withLock { state in
            guard state.names[Self.parent(of: path)] != nil else { return nil }
            if let known = state.names[path] ?? nil {
                known.content.withLock { $0 = Content() }
                return known
            }
            let inode = Inode()
            state.names[path] = .some(inode)
            return inode
        }
        guard let inode else { throw missing(path) }
        return Writing(inode: inode, files: self, path: path)
    }

    func createTemporary(in directory: String?) throws(AuditStoreError) -> any TemporaryFile {
        try call("create a temporary file", directory ?? "/tmp")
        let inode = Inode()
        state.withLock { $0.temporary.append(WeakInode(inode: inode)) }
        return Temporary(inode: inode, files: self)
    }

    func createDirectory(_ path: String) throws(AuditStoreError) {
        try call("create the directory", path)
        state.withLock { state in
            for directory in [path] + Self.ancestors(of: path) where state.names[directory] == nil {
                state.names[directory] = .some(nil)
            }
        }
    }

    func rename(_ path: String, to target: String) throws(AuditStoreError) {
        try call("rename", path)
        let isThere = state.withLock { state in
            guard let inode = state.names.removeValue(forKey: path) else { return false }
            state.names[target] = inode
            return true
        }
        if !isThere { throw missing(path) }
    }

    func link(_ path: String, to target: String) throws(AuditStoreError) -> Bool {
        try call("link", path)
        let isThere = state.withLock { state in
            guard state.canLink else { return true }
            guard let inode = state.names[path] ?? nil else { return false }
            state.names[target] = .some(inode)
            return true
        }
        if !isThere { throw missing(path) }
        return state.withLock { $0.canLink }
    }

    func removeDirectory(_ path: String) throws(AuditStoreError) {
        try call("remove the directory", path)
        let isEmpty = state.withLock { state in
            guard !state.names.keys.contains(where: { $0.hasPrefix(path + "/") }) else { return false }
            state.names[path] = nil
            return true
        }
        guard isEmpty else {
            throw AuditStoreError(.io, "the directory is not empty", location: .init(file: path))
        }
    }

    func remove(_ path: String) throws(AuditStoreError) {
        try call("remove", path)
        state.withLock { _ = $0.names.removeValue(forKey: path) }
    }

    func syncDirectory(_ path: String) throws(AuditStoreError) {
        try call("sync the directory", path)
        let isThere = state.withLock { state in
            guard state.names[path] != nil else { return false }
            let isIn = { (name: String) in name != "/" && Self.parent(of: name) == path }
            state.durable = state.durable.filter { !isIn($0.key) }
            for (name, inode) in state.names where isIn(name) { state.durable[name] = inode }
            return true
        }
        if !isThere { throw missing(path) }
    }

    var now: Int64 {
        state.withLock { state in
            state.now += 1
            return state.now
        }
    }

    func randomNumber() -> UInt64 { state.withLock { $0.random.next() } }

    func names(in path: String) throws(AuditStoreError) -> [String] {
        try call("list", path)
        guard state.withLock({ $0.names[path] != nil }) else { throw missing(path) }
        return state.withLock { state in
            state.names.keys.filter { $0 != "/" && Self.parent(of: $0) == path }
                .map { String($0[$0.index(after: $0.lastIndex(of: "/")!)...]) }.sorted()
        }
    }

    func kind(of path: String) throws(AuditStoreError) -> FileKind? {
        try call("examine", path)
        return state.withLock { $0.names[path].map { $0 == nil ? .directory : .file } }
    }

    func lock(_ path: String, _ mode: LockMode, wait: Bool) throws(AuditStoreError) -> (any FileLock)? {
        try call("lock", path)
        if inode(path) == nil {
            guard mode == .exclusive, try kind(of: Self.parent(of: path)) == .directory else { throw missing(path) }
            state.withLock { $0.names[path] = .some(Inode()) }
        }
        let locked: Inode? = state.withLock { state in
            guard let inode = state.names[path] ?? nil else { return nil }
            let holders = state.locks[ObjectIdentifier(inode), default: 0]
            guard mode == .shared ? holders >= 0 : holders == 0 else { return nil }
            state.locks[ObjectIdentifier(inode)] = mode == .shared ? holders + 1 : -1
            return inode
        }
        precondition(locked != nil || !wait, "a test would wait for ever")
        return locked.map { Lock(files: self, inode: $0) }
    }

    private final class Lock: FileLock, Sendable {
        private let files: MemoryFileSystem
        private let inode: Inode
        private let isHeld = Atomic(true)

        init(files: MemoryFileSystem, inode: Inode) {
            self.files = files
            self.inode = inode
        }

        deinit { unlock() }

        func unlock() {
            guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
            files.state.withLock { state in
                let holders = state.locks[ObjectIdentifier(inode), default: 0]
                state.locks[ObjectIdentifier(inode)] = holders > 1 ? holders - 1 : nil
            }
        }
    }

    private final class Reading: ReadableFile, Sendable {
        private let inode: Inode
        private let files: MemoryFileSystem
        private let path: String
        let size: UInt64

        init(inode: Inode, files: MemoryFileSystem, path: String) {
            self.inode = inode
            self.files = files
            self.path = path
            size = UInt64(inode.bytes.count)
        }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
            try files.call("read", path)
            let isShort = files.readsShort
            let end = Int(offset) + target.count
            if let unreadable = inode.content.withLock({ $0.unreadable }), unreadable.overlaps(Int(offset)..<end) {
                throw AuditStoreError(.io, "cannot read: input/output error", location: .init(file: path))
            }
            return inode.content.withLock { content in
                guard offset < content.bytes.count else { return 0 }
                var n = min(target.count, content.bytes.count - Int(offset))
                if isShort { n /= 2 }
                content.bytes.withUnsafeBytes {
                    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<Int(offset) + n]))
                }
                return n
            }
        }
    }

    private final class Temporary: TemporaryFile, Sendable {
        private let reading: Reading
        private let writing: Writing

        init(inode: Inode, files: MemoryFileSystem) {
            reading = Reading(inode: inode, files: files, path: "a temporary file")
            writing = Writing(inode: inode, files: files, path: "a temporary file")
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError) { try writing.append(bytes) }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
            try reading.read(at: offset, into: target)
        }
    }

    private final class Writing: WritableFile, Sendable {
        private let inode: Inode
        private let files: MemoryFileSystem
        private let path: String

        init(inode: Inode, files: MemoryFileSystem, path: String) {
            self.inode = inode
            self.files = files
            self.path = path
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError) {
            do { try files.call("write", path) } catch {
                inode.content.withLock { $0.bytes.append(contentsOf: bytes.prefix(bytes.count / 2)) }
                throw error
            }
            let room = files.room
            inode.content.withLock { $0.bytes.append(contentsOf: bytes.prefix(room)) }
            guard bytes.count <= room else {
                throw AuditStoreError(.diskFull, "cannot write: no space left", location: .init(file: path))
            }
        }

        /// No call that can fail: it writes hints, and the histories of tests are told by the calls that matter.
        func overwrite(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError) {
            guard !files.isDead else { return }
            inode.content.withLock { content in
                content.bytes.replaceSubrange(0..<min(bytes.count, content.bytes.count), with: bytes)
            }
        }

        func truncate(to size: UInt64) throws(AuditStoreError) {
            try files.call("truncate", path)
            inode.content.withLock { $0.truncate(to: Int(size)) }
        }

        func startSync() {}

        func sync() throws(AuditStoreError) {
            do { try files.call("sync", path) } catch {
                if files.isAlive { inode.content.withLock { $0.failSync() } }
                throw error
            }
            inode.content.withLock { $0.sync() }
        }

        func close() throws(AuditStoreError) { try files.call("close", path) }
    }
}
