import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// Every byte of a small store flipped in turn.
@Suite struct DamageTests {
    private func damaged(_ bytes: [UInt8], _ i: Int) -> [UInt8] {
        var bytes = bytes
        bytes[i] ^= [0xff, 0x01, 0x80][i % 3]
        return bytes
    }

    @Test func everyByteOfTheManifest() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(
            ("a", SmallLogs.events(0..<3) + Array("x\n".utf8)), ("b", SmallLogs.events(3..<5, day: 17)))
        let path = store.directory.location("manifest")
        let original = try #require(files.file(path))
        for i in original.indices {
            files.put(damaged(original, i), at: path)
            #expect(throws: AuditStoreError.self, "byte \(i)") { _ = try store.manifest() }
            let problems = try store.problems()
            #expect(problems.count == 1 && problems[0].location?.file == path, "byte \(i)")
        }
        for length in original.indices {
            files.put(Array(original[..<length]), at: path)
            #expect(throws: AuditStoreError.self, "\(length) bytes") { _ = try store.manifest() }
        }
        files.put(original + [0], at: path)
        #expect(throws: AuditStoreError.self) { _ = try store.manifest() }
        files.put(original, at: path)
        #expect(try store.events() == SmallLogs.events(0..<3) + SmallLogs.events(3..<5, day: 17))
    }

    /// A manifest that is wrong under a right checksum does not trap.
    @Test(arguments: Seeds.fixed) func wrongManifests(seed: UInt64) async throws {
        var random = Seeds.announce(seed, "wrong manifests")
        let store = TestStore()
        try await store.ingest(("a", SmallLogs.events(0..<3)))
        var encoded = ByteArena()
        try store.manifest().encode(to: &encoded)
        let original = encoded.array()
        for _ in 0..<3000 {
            var bytes = Array(original.dropLast(8))
            for _ in 0...random.below(2) { bytes[24 + random.below(bytes.count - 24)] = UInt8(random.below(256)) }
            var forged = ByteArena()
            for byte in bytes { forged.append(byte) }
            forged.append(integer: XXH64.hash(forged.bytes))
            let result = forged.array()
            result.withUnsafeBytes { _ = try? Manifest(decoding: $0) }
        }
    }

    /// Each flip is either found by `verify`, with the file, or changes no event.
    @Test(arguments: [false, true]) func everyByteOfTheSegments(isCompacted: Bool) async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        let input = SmallLogs.events(0..<6)
        try await store.ingest(("a", input + Array("no event\n".utf8)))
        if isCompacted { _ = try store.core.compact() }
        #expect(try store.events() == input)
        var flips = 0
        var unnoticed = 0
        for (path, original) in files.files where path.hasSuffix(".segment") {
            for i in original.indices {
                files.put(damaged(original, i), at: path)
                let problems = try store.problems()
                flips += 1
                if problems.isEmpty {
                    unnoticed += 1
                    #expect(try store.events() == input, "byte \(i) of \(path)")
                } else {
                    #expect(problems.allSatisfy { $0.location?.file == path }, "byte \(i): \(problems)")
                }
                // Whoever reads without verifying gets the events as they were, or an error.
                if i % 7 == 0, let found = try? store.events() { #expect(found == input, "byte \(i) of \(path)") }
            }
            files.put(original, at: path)
        }
        print("\(flips) bytes flipped, \(unnoticed) without effect")
        #expect(try store.problems().isEmpty)
    }

    @Test func truncatedAndMissingSegments() async throws {
        let files = MemoryFileSystem()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<4)), ("b", SmallLogs.events(4..<8)))
        let path = try #require(files.files.keys.filter { $0.hasSuffix(".segment") }.min())
        let original = try #require(files.file(path))
        for length in stride(from: 0, to: original.count, by: 97) {
            files.put(Array(original[..<length]), at: path)
            #expect(try store.problems().map { $0.location?.file } == [path], "\(length) bytes")
        }
        try files.remove(path)
        let problems = try store.problems()
        #expect(problems.map { $0.location?.file } == [path])
    }
}
