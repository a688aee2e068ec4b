@testable import AuditStore
import KubernetesAudit
import SegmentFormat
import Shredding

/// A store in memory: segments built from lines.
struct QueryFixture {
    let lines: [String]
    let snapshot: Snapshot

    /// - Parameter segments: for each segment its lines; sequences go on from one to the next.
    init(_ segments: [[String]], sources: [String?] = []) throws {
        try self.init(bytes: segments.map { Array($0.map { $0 + "\n" }.joined().utf8) }, sources: sources)
    }

    /// - Parameter segments: for each segment its text, a line feed after each line.
    init(bytes segments: [[UInt8]], sources: [String?] = []) throws {
        lines = segments.flatMap { $0.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) } }
        var descriptions: [SegmentDescription] = []
        var readers: [UInt64: SegmentReader] = [:]
        var sequence: UInt64 = 0
        for (i, bytes) in segments.enumerated() where !bytes.isEmpty {
            let builder = SegmentBuilder(
                schema: KubernetesAudit.description.shredding, storeColumns: [StoreColumn.source, StoreColumn.cluster])
            let source = i < sources.count ? sources[i] : nil
            builder.start(storeValues: [source.map { Array("\"\($0)\"".utf8) }, nil])
            var text = bytes
            let count = text.count
            text.append(contentsOf: [UInt8](repeating: 0x0a, count: 64))
            try text.withUnsafeBytes { bytes in
                let start = bytes.baseAddress!
                try builder.append(linesFrom: start, to: start + count) { failure, _ in throw failure }
            }
            let metadata = try builder.finish()!
            let file = builder.withBytes { Array($0) }
            let id = UInt64(i)
            readers[id] = try SegmentReader(MemorySource(name: "segment \(i)", bytes: file))
            descriptions.append(
                SegmentDescription(
                    id: id, day: nil, rows: UInt64(metadata.rows), rawBytes: metadata.rawBytes,
                    storedBytes: UInt64(file.count), firstSequence: sequence,
                    lastSequence: sequence + UInt64(metadata.rows) - 1, smallestTime: builder.eventTimes.smallest,
                    largestTime: builder.eventTimes.largest, undated: UInt64(builder.eventTimes.undated),
                    isCompacted: false))
            sequence += UInt64(metadata.rows)
        }
        let known = readers
        snapshot = Snapshot(segments: descriptions, cache: SegmentCache(budget: 0)) {
            (segment, _) throws(AuditStoreError) in
            known[segment.id]!
        }
    }

    var events: EventQuery<KubernetesAudit> { EventQuery(snapshot) }

    static let now = Instant("2026-11-23T12:00:00Z")!.microseconds

    func ask(_ query: TextQuery) async throws -> TextResult {
        try await query.run(on: snapshot, schema: KubernetesAudit.description, now: Self.now)
    }

    func lines(_ query: TextEvents) throws -> [String] {
        var lines: [String] = []
        try query.run(on: snapshot, schema: KubernetesAudit.description, now: Self.now) {
            lines.append(String(decoding: $0, as: UTF8.self))
        }
        return lines
    }
}
