import SegmentFormat

/// Where events come from: kept in columns of every one of them.
public struct EventOrigin: Sendable, Hashable {
    /// The field `source`; nil for none.
    public var source: String?
    /// The field `cluster`; an audit event does not say of which cluster it is.
    public var cluster: String?

    public init(source: String? = nil, cluster: String? = nil) {
        self.source = source
        self.cluster = cluster
    }

    /// For the store columns, in the order of `StoreColumn.ofIngest`.
    var storeValues: [[UInt8]?] { [source, cluster].map { $0.map { Array(JSONString.quoted($0).utf8) } } + [nil] }

    /// Whether the names are short enough for a block of the WAL.
    var isShort: Bool { [source, cluster].allSatisfy { ($0 ?? "").utf8.count <= WALEvents.nameBytes } }

    func append(to output: inout ByteArena) {
        for name in [source, cluster] {
            output.append(name == nil ? 0 : 1)
            if let name { output.append(string: name) }
        }
    }

    /// Zero for an origin without names: so it was before events of one stream could have several.
    func digest(key: StoreSecret) -> SipHash.Digest {
        guard self != EventOrigin() else { return SipHash.Digest(first: 0, second: 0) }
        var text = ByteArena(capacity: 256)
        defer { extendLifetime(text) }
        append(to: &text)
        return SipHash.digest(text.bytes, key: key)
    }
}
