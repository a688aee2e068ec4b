import KubernetesAudit
import TestSupport

@testable import AuditStore

/// Stores of the same events in different states.
enum RandomStores {
    enum State: CaseIterable, Sendable { case young, compacted, mixed }

    /// - Parameter pieces: lines that are loaded one after the other, each into segments of its own.
    static func snapshot(_ pieces: [[String]], _ state: State) async throws -> Snapshot {
        try await snapshot(pieces, state) { _ in }
    }

    /// The same, with random events deleted: of the young segments, before any are compacted, and at the end.
    ///
    /// - Returns: also the numbers of the lines that are left.
    static func snapshot(
        _ pieces: [[String]], _ state: State, deletingOneIn n: Int, _ random: inout SeededGenerator
    ) async throws -> (snapshot: Snapshot, kept: [Int]) {
        var generator = random
        var deleted: Set<UInt64> = []
        let snapshot = try await snapshot(pieces, state) {
            deleted.formUnion(try RandomTombstones.delete(oneIn: n, in: $0, &generator))
        }
        random = generator
        return (snapshot, pieces.joined().indices(deleted))
    }

    private static func snapshot(
        _ pieces: [[String]], _ state: State, delete: (StoreCore) throws -> Void
    ) async throws -> Snapshot {
        let directory = StoreDirectory(path: "/store", files: MemoryFileSystem())
        let core = StoreCore(directory: directory, schema: KubernetesAudit.description.shredding)
        var options = IngestOptions()
        options.threads = 1
        for (i, lines) in pieces.enumerated() {
            let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            let name = "piece \(i)"
            _ = try await core.ingest(
                [IngestSource(name: name, isRepeatable: true) { MemoryInput(name, bytes, canGrow: false) }],
                options: options)
            if state == .mixed, i == pieces.count / 2 {
                try delete(core)
                _ = try core.compact()
            }
        }
        if state == .compacted { _ = try core.compact() }
        try delete(core)
        return try directory.snapshot().1
    }

    /// Real events, so many from a random place.
    static func realLines(_ count: Int, _ random: inout SeededGenerator) -> [String] {
        let all = sample
        let start = Int.random(in: 0..<max(1, all.count - count), using: &random)
        return Array(all[start..<min(all.count, start + count)])
    }

    private static let sample = lines(Fixture.sample).filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
}

extension FlattenSequence {
    /// The places of the elements that are not among the deleted ones.
    fileprivate func indices(_ deleted: Set<UInt64>) -> [Int] {
        var kept: [Int] = []
        for (index, _) in self.enumerated() where !deleted.contains(UInt64(index)) { kept.append(index) }
        return kept
    }
}
