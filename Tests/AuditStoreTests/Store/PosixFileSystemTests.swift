import AuditStore
import Foundation
import TestSupport
import Testing

/// The file system of the machine, and a store on it.
@Suite struct PosixFileSystemTests {
    private let files = PosixFileSystem()

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "auditstore-tests-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test func filesAndDirectories() async throws {
        try await withDirectory { path in
            #expect(try files.kind(of: path) == nil)
            try files.createDirectory(path + "/a/b")
            try files.createDirectory(path + "/a/b")
            #expect(try files.kind(of: path + "/a") == .directory)
            let file = try files.create(path + "/a/x")
            try [1, 2, 3].withUnsafeBytes { try file.append($0) }
            try file.sync()
            try file.close()
            try files.syncDirectory(path + "/a")
            #expect(try files.names(in: path + "/a") == ["b", "x"])
            try files.rename(path + "/a/x", to: path + "/a/y")
            #expect(try files.kind(of: path + "/a/x") == nil && files.kind(of: path + "/a/y/z") == nil)
            try files.remove(path + "/a/y")
            try files.remove(path + "/a/y")
            #expect(try files.names(in: path + "/a") == ["b"])
        }
    }

    @Test func reading() async throws {
        try await withDirectory { path in
            try files.createDirectory(path)
            let file = try files.create(path + "/x")
            try (0..<100).map { UInt8($0) }.withUnsafeBytes { try file.append($0) }
            let reader = try files.openForReading(path + "/x")
            #expect(reader.size == 100)
            var buffer = [UInt8](repeating: 0, count: 30)
            #expect(try buffer.withUnsafeMutableBytes { try reader.read(at: 90, into: $0) } == 10)
            #expect(Array(buffer.prefix(10)) == (90..<100).map { UInt8($0) })
            #expect(try buffer.withUnsafeMutableBytes { try reader.read(at: 200, into: $0) } == 0)
            // A file that is removed while it is open can still be read.
            try files.remove(path + "/x")
            #expect(try buffer.withUnsafeMutableBytes { try reader.read(at: 0, into: $0) } == 30)
        }
    }

    @Test func errorsNameTheFile() async throws {
        try await withDirectory { path in
            #expect { _ = try files.openForReading(path + "/x") } throws: {
                let error = $0 as? AuditStoreError
                return error?.code == .io && error?.location?.file == path + "/x"
            }
            #expect(throws: AuditStoreError.self) { _ = try files.create(path + "/x") }
            #expect(throws: AuditStoreError.self) { try files.rename(path + "/x", to: path + "/y") }
            #expect(throws: AuditStoreError.self) { _ = try files.names(in: path) }
            #expect(throws: AuditStoreError.self) { try files.syncDirectory(path) }
            #expect(throws: AuditStoreError.self) { _ = try files.lock(path + "/x", .shared, wait: false) }
        }
    }

    @Test func locks() async throws {
        try await withDirectory { path in
            try files.createDirectory(path)
            let lock = try #require(try files.lock(path + "/l", .exclusive, wait: false))
            #expect(try files.lock(path + "/l", .exclusive, wait: false) == nil)
            #expect(try files.lock(path + "/l", .shared, wait: false) == nil)
            lock.unlock()
            let shared = try files.lock(path + "/l", .shared, wait: false)
            let other = try files.lock(path + "/l", .shared, wait: true)
            #expect(shared != nil && other != nil)
            #expect(try files.lock(path + "/l", .exclusive, wait: false) == nil)
            shared?.unlock()
            other?.unlock()
            #expect(try files.lock(path + "/l", .exclusive, wait: false) != nil)
        }
    }

    @Test func aStore() async throws {
        try await withDirectory { path in
            let store = TestStore(files, path: path + "/new/store/")
            try await store.ingest(("a", SmallLogs.events(0..<20)), ("b", Array("x\n".utf8)), threads: 2)
            let snapshot = try store.directory.snapshot().1
            try await store.ingest(("c", SmallLogs.events(20..<30)))
            _ = try store.core.compact()
            #expect(try store.events(of: snapshot) == SmallLogs.events(0..<20))
            #expect(try store.events() == SmallLogs.events(0..<30))
            #expect(try store.problems().isEmpty)
            let lock = try store.directory.lockForWriting(schema: "test")
            #expect { _ = try store.core.compact() } throws: { ($0 as? AuditStoreError)?.code == .locked }
            lock.unlock()
        }
    }
}
