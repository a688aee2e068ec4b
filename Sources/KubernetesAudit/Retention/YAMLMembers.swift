import AuditStore

/// The members of a mapping, of which all keys are known.
struct YAMLMembers {
    private let node: YAMLNode
    private var values: [String: YAMLNode] = [:]

    init(_ node: YAMLNode, keys: [String]) throws(AuditStoreError) {
        self.node = node
        guard case .mapping(let members) = node.value else {
            throw AuditPolicy.error("a mapping is wanted here, and this is \(node.kind)", at: node.place)
        }
        for (key, value) in members {
            guard case .scalar(let name, _) = key.value, keys.contains(name) else {
                throw AuditPolicy.error(
                    "this is none of the keys \(keys.joined(separator: ", "))", at: key.place)
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw AuditPolicy.error("`\(name)` is there twice", at: key.place)
            }
        }
    }

    /// Of the value, or of the mapping that lacks it.
    func place(of key: String) -> YAMLNode.Place { values[key]?.place ?? node.place }

    func text(_ key: String) throws(AuditStoreError) -> String? {
        guard let value = values[key], !value.isNull else { return nil }
        return try Self.text(value)
    }

    func list(_ key: String) throws(AuditStoreError) -> [YAMLNode] {
        guard let value = values[key], !value.isNull else { return [] }
        guard case .sequence(let elements) = value.value else {
            throw AuditPolicy.error("a list is wanted here, and this is \(value.kind)", at: value.place)
        }
        return elements
    }

    func texts(_ key: String) throws(AuditStoreError) -> [String] {
        var texts: [String] = []
        for element in try list(key) { texts.append(try Self.text(element)) }
        return texts
    }

    private static func text(_ node: YAMLNode) throws(AuditStoreError) -> String {
        guard case .scalar(let text, _) = node.value, !node.isNull else {
            throw AuditPolicy.error("a text is wanted here, and this is \(node.kind)", at: node.place)
        }
        return text
    }
}
