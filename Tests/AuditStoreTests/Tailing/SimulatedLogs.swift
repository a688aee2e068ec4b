import AuditStore
import Synchronization
import TestSupport

@testable import KubernetesAudit

/// Logs in memory, which a test writes and rotates; time goes on only when the test lets it.
final class SimulatedLogs: TailFileSystem {
    final class Inode: Sendable {
        let number: UInt64
        let state: Mutex<(bytes: [UInt8], modified: Int64)>

        init(_ number: UInt64, _ now: Int64) {
            self.number = number
            state = Mutex(([], now))
        }

        var bytes: [UInt8] { state.withLock { $0.bytes } }
    }

    private struct State {
        var names: [String: Inode] = [:]
        var directories: Set<String> = ["/logs"]
        var forbidden: Set<String> = []
        var now: Int64 = 1_718_510_400_000_000
        /// Numbers of files that are gone come again, as on many file systems.
        var free: [UInt64] = []
        var next: UInt64 = 1
    }
    private let state = Mutex(State())

    // MARK: For tests

    @discardableResult
    func create(_ path: String, _ bytes: [UInt8] = []) -> Inode {
        let inode = state.withLock { state in
            var number = state.next
            if let free = state.free.popLast() { number = free } else { state.next += 1 }
            let inode = Inode(number, state.now)
            state.names[path] = inode
            return inode
        }
        write(bytes, to: inode)
        return inode
    }

    func write(_ bytes: [UInt8], to inode: Inode) {
        let now = now
        inode.state.withLock { $0 = ($0.bytes + bytes, now) }
    }

    func write(_ bytes: [UInt8], to path: String) { write(bytes, to: state.withLock { $0.names[path] }!) }

    func truncate(_ path: String, to size: Int = 0) {
        let now = now
        state.withLock { $0.names[path] }!.state.withLock { $0 = (Array($0.bytes.prefix(size)), now) }
    }

    func rename(_ path: String, to target: String) {
        state.withLock { state in
            state.names[target] = state.names[path]
            state.names[path] = nil
        }
    }

    func link(_ path: String, to target: String) { state.withLock { $0.names[target] = $0.names[path] } }

    /// - Parameter reuses: nobody holds it any more: its number may come again.
    func remove(_ path: String, reuses: Bool = false) {
        state.withLock { state in
            guard let inode = state.names.removeValue(forKey: path), reuses else { return }
            state.free.append(inode.number)
        }
    }

    func bytes(_ path: String) -> [UInt8] { state.withLock { $0.names[path] }!.bytes }

    func setDirectory(_ path: String, isThere: Bool) {
        state.withLock { state in
            if isThere { state.directories.insert(path) } else { state.directories.remove(path) }
        }
    }

    func forbid(_ path: String, _ isForbidden: Bool = true) {
        state.withLock { state in
            if isForbidden { state.forbidden.insert(path) } else { state.forbidden.remove(path) }
        }
    }

    func wait(seconds: Double) { state.withLock { $0.now += Int64(seconds * 1e6) } }

    // MARK: TailFileSystem

    var now: Int64 {
        state.withLock { state in
            state.now += 1
            return state.now
        }
    }

    func changes() -> any FileChanges { PolledChanges() }

    func names(in directory: String) throws(AuditStoreError) -> [String] {
        try check(directory)
        return state.withLock { state in
            state.names.keys.filter { TailPath.directory($0) == directory }.map { TailPath.name($0) }.sorted()
        }
    }

    func status(of path: String) throws(AuditStoreError) -> LogFileStatus? {
        let (inode, isDirectory) = state.withLock { ($0.names[path], $0.directories.contains(path)) }
        if isDirectory {
            return LogFileStatus(id: .init(device: 1, inode: 1 << 40), kind: .directory, size: 0, modified: 0)
        }
        return inode.map { Self.status($0) }
    }

    private static func status(_ inode: Inode) -> LogFileStatus {
        inode.state.withLock { content in
            LogFileStatus(
                id: .init(device: 1, inode: inode.number), kind: .file, size: UInt64(content.bytes.count),
                modified: content.modified)
        }
    }

    private func check(_ path: String) throws(AuditStoreError) {
        if state.withLock({ $0.forbidden.contains(path) }) {
            throw AuditStoreError(.io, "cannot open: Permission denied", location: .init(file: path))
        }
    }

    func open(_ path: String) throws(AuditStoreError) -> any HeldFile {
        try check(path)
        guard let inode = state.withLock({ $0.names[path] }) else {
            throw AuditStoreError(.io, "cannot open: No such file or directory", location: .init(file: path))
        }
        return Held(inode)
    }

    private final class Held: HeldFile {
        private let inode: Inode
        init(_ inode: Inode) { self.inode = inode }

        func status() throws(AuditStoreError) -> LogFileStatus { SimulatedLogs.status(inode) }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int {
            inode.state.withLock { content in
                guard offset < content.bytes.count else { return 0 }
                let n = min(target.count, content.bytes.count - Int(offset))
                target.copyBytes(from: content.bytes[Int(offset)..<Int(offset) + n])
                return n
            }
        }
    }
}
