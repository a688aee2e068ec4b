import SegmentFormat

/// What the shredder needs to know of a schema: the paths that are not ordinary leaves. It knows no event by itself.
package struct ShreddingSchema: Sendable {
    package var name: String
    /// The path of the event's time: it decides the partition.
    package var eventTime: [String]
    /// Paths of UTC times with microseconds, the event's time first.
    package var times: [[String]]
    /// Paths of UUIDs that differ from request to request.
    package var identities: [[String]]
    /// Paths whose value is one document whatever its depth: bodies.
    package var documents: [[String]]
    /// Paths within documents that are asked for: compaction gives them columns of their own where they occur.
    package var documentPaths: [DocumentPath]
    /// Keys whose values together should be of one event only: if another event has them too, it is flagged.
    package var eventIdentity: [String]

    package init(
        name: String, eventTime: [String], times: [[String]], identities: [[String]], documents: [[String]],
        documentPaths: [DocumentPath] = [], eventIdentity: [String] = []
    ) {
        self.name = name
        self.eventTime = eventTime
        self.times = times
        self.identities = identities
        self.documents = documents
        self.documentPaths = documentPaths
        self.eventIdentity = eventIdentity
    }

    package static func joined(_ path: [String]) -> [UInt8] { Array(path.joined(separator: "\u{1}").utf8) }

    func kind(of path: [UInt8]) -> ColumnKind {
        let isListed = { (paths: [[String]]) in paths.contains { Self.joined($0) == path } }
        if isListed(times) { return .timestamp }
        if isListed(identities) { return .uuid }
        if isListed(documents) { return .document }
        return .dictionary
    }
}
