public import AuditStore

/// A difference between two versions of a body.
public struct FieldChange: Sendable, Hashable, Encodable {
    public enum Kind: String, Sendable, Encodable { case added, removed, changed }

    /// Where: `spec.template.spec.containers[name=web].image`; empty for a body that is no object.
    public var path: String
    public var kind: Kind
    /// Of what was there before; nil if it was added.
    public var old: JSONValue?
    /// Of what is there now; nil if it was removed.
    public var new: JSONValue?
}

/// The differences between two versions of a body, by their paths.
public struct BodyDifference: Sendable, Hashable {
    public var changes: [FieldChange]
    /// Differences beyond ``limit``.
    public var omitted: Int

    /// Differences that are kept.
    public static var limit: Int { 1000 }
    /// Below so many levels of nesting, values are compared as text.
    static var depthLimit: Int { 64 }
    /// Below a path of so many bytes, too: each member has its path, and a client can make keys as long as it likes.
    static var pathLimit: Int { 512 }

    /// What changes with every version and says nothing.
    public static var usuallyExcluded: Set<String> { ["metadata.managedFields", "metadata.resourceVersion"] }

    /// Compares two bodies.
    ///
    /// Members are matched by their keys. Lists of objects are matched by the member that Kubernetes tells elements apart by
    /// (`name`, `type`, `mountPath` and so on, see ``mergeKeys``) where all elements have one that no other has, else by
    /// position. Lists of other values are one value. Strings and numbers are equal if they mean the same, however spelt.
    ///
    /// - Parameters:
    ///   - old: nil for the first version: then everything was added.
    ///   - excluded: paths that are left out, with all below them.
    public init(from old: JSONValue?, to new: JSONValue, excluding excluded: Set<String> = usuallyExcluded) {
        changes = []
        omitted = 0
        // An explicit stack: bodies are nested as deeply as a client likes.
        var pending = [Pair(path: "", old: old, new: new, depth: 0)]
        while let pair = pending.popLast() {
            guard !excluded.contains(pair.path) else { continue }
            switch (pair.old, pair.new) {
            case (nil, nil): continue
            case (nil, let new?):
                if pair.isOpened(new) {
                    pending += Self.children(Self.empty, new, pair) ?? []
                } else {
                    add(FieldChange(path: pair.path, kind: .added, old: nil, new: new))
                }
            case (let old?, nil):
                if pair.isOpened(old) {
                    pending += Self.children(old, Self.empty, pair) ?? []
                } else {
                    add(FieldChange(path: pair.path, kind: .removed, old: old, new: nil))
                }
            case (let old?, let new?):
                guard old != new else { continue }
                if pair.depth < Self.depthLimit, pair.path.utf8.count < Self.pathLimit,
                    let children = Self.children(old, new, pair)
                {
                    pending += children
                } else if !Self.meanTheSame(old, new) {
                    add(FieldChange(path: pair.path, kind: .changed, old: old, new: new))
                }
            }
        }
        changes.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func add(_ change: FieldChange) {
        if changes.count < Self.limit { changes.append(change) } else { omitted += 1 }
    }

    private struct Pair {
        var path: String
        var old: JSONValue?
        var new: JSONValue?
        var depth: Int

        /// Whether what is on one side only is listed by its members: `metadata`, `spec` and `status` are, what is below is not.
        func isOpened(_ value: JSONValue) -> Bool {
            depth < 2 && path.utf8.count < pathLimit && value.members.contains { _ in true }
        }
    }

    private static let empty = JSONValue("{}")

    /// What is to be compared below two values; nil if they are compared as they are.
    private static func children(_ old: JSONValue, _ new: JSONValue, _ pair: Pair) -> [Pair]? {
        let depth = pair.depth + 1
        switch (old.kind, new.kind) {
        case (.object, .object):
            return matched(old.members.map { ($0.key, $0.value) }, new.members.map { ($0.key, $0.value) }).map {
                Pair(path: path(pair.path, key: $0.key), old: $0.old, new: $0.new, depth: depth)
            }
        case (.array, .array):
            let before = Array(old.elements)
            let after = Array(new.elements)
            guard (before + after).allSatisfy({ $0.kind == .object }) else { return nil }
            for key in mergeKeys {
                guard let left = identities(before, key), let right = identities(after, key) else { continue }
                return matched(Array(zip(left, before)), Array(zip(right, after))).map {
                    Pair(path: "\(pair.path)[\(key)=\($0.key)]", old: $0.old, new: $0.new, depth: depth)
                }
            }
            return (0..<max(before.count, after.count)).map { i in
                Pair(
                    path: "\(pair.path)[\(i)]", old: i < before.count ? before[i] : nil,
                    new: i < after.count ? after[i] : nil, depth: depth)
            }
        default: return nil
        }
    }

    /// Members that tell the elements of Kubernetes' lists apart, as the patch merge keys of its API do.
    public static var mergeKeys: [String] {
        ["name", "type", "key", "mountPath", "devicePath", "containerPort", "port", "topologyKey", "ip", "uid"]
    }

    /// The values of a member by which all elements differ; nil if it is none.
    private static func identities(_ elements: [JSONValue], _ key: String) -> [String]? {
        var known: Set<String> = []
        var identities: [String] = []
        for element in elements {
            guard let value = element[key], value.kind == .string || value.kind == .number else { return nil }
            let identity = value.string ?? value.text
            guard known.insert(identity).inserted else { return nil }
            identities.append(identity)
        }
        return identities
    }

    /// Joins both sides by key; of equal keys the first one counts.
    private static func matched(
        _ old: [(String, JSONValue)], _ new: [(String, JSONValue)]
    ) -> [(key: String, old: JSONValue?, new: JSONValue?)] {
        let after = Dictionary(new) { first, _ in first }
        var known: Set<String> = []
        var pairs: [(key: String, old: JSONValue?, new: JSONValue?)] = []
        for (key, value) in old where known.insert(key).inserted { pairs.append((key, value, after[key])) }
        for (key, value) in new where known.insert(key).inserted { pairs.append((key, nil, value)) }
        return pairs
    }

    private static func meanTheSame(_ old: JSONValue, _ new: JSONValue) -> Bool {
        guard old.kind == new.kind, old.kind == .string || old.kind == .number else { return false }
        return old.eventValue == new.eventValue
    }

    /// As the text form writes paths.
    private static func path(_ parent: String, key: String) -> String {
        let isPlain =
            key.utf8.first.map { $0 &- 0x30 > 9 } == true
            && key.utf8.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5f }
        if isPlain { return parent.isEmpty ? key : "\(parent).\(key)" }
        var quoted = "[\""
        for scalar in key.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return parent + quoted + "\"]"
    }
}
