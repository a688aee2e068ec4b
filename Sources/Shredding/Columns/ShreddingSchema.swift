import SegmentFormat

/// What the shredder needs to know of a schema: the paths that are not ordinary leaves. It knows no event by itself.
package struct ShreddingSchema: Sendable {
    package var name: String
    /// Paths of times, the event's time first.
    package var times: [TimePath]
    /// Paths of UUIDs that differ from request to request.
    package var identities: [[String]]
    /// Paths whose value is one document whatever its depth: bodies.
    package var documents: [[String]]
    /// Paths within documents that are asked for: compaction gives them columns of their own where they occur.
    package var documentPaths: [DocumentPath]
    /// Paths whose values together should be of one event only: if another event has them too, it is flagged.
    package var eventIdentity: [[String]]

    package init(
        name: String, times: [TimePath], identities: [[String]], documents: [[String]],
        documentPaths: [DocumentPath] = [], eventIdentity: [[String]] = []
    ) {
        self.name = name
        self.times = times
        self.identities = identities
        self.documents = documents
        self.documentPaths = documentPaths
        self.eventIdentity = eventIdentity
    }

    /// The path of the event's time: it decides the partition.
    package var eventTime: [String] { times.first?.keys ?? [] }

    /// How the times at a path are spelt, whether the schema names it or not.
    package func timeFormat(of keys: [String]) -> TimeFormat {
        times.first { $0.keys == keys }?.format ?? .rfc3339
    }

    package static func joined(_ path: [String]) -> [UInt8] { Array(path.joined(separator: "\u{1}").utf8) }

    func kind(of path: [UInt8]) -> ColumnKind {
        let isListed = { (paths: [[String]]) in paths.contains { Self.joined($0) == path } }
        if isListed(times.map(\.keys)) { return .timestamp }
        if isListed(identities) { return .uuid }
        if isListed(documents) { return .document }
        return .dictionary
    }
}
