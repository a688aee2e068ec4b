/// A value of a YAML (or JSON) document, and where it stands.
struct YAMLNode {
    indirect enum Value {
        /// `isPlain`: without quotes, where `~` and nothing at all are null.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// From 1.
    struct Place {
        var line: Int
        var column: Int
    }

    var value: Value
    var place: Place

    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = value else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What a person calls it.
    var kind: String {
        switch value {
        case .scalar: isNull ? "nothing" : "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
