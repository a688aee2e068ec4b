/// The path from an event, or from a value in it, to one or several values below.
///
/// Its text is what the command line takes wherever it says FIELD:
///
///     user.username
///     annotations["authorization.k8s.io/decision"]
///     sourceIPs[0]
///     requestObject.spec.containers[*].image
///
/// Keys are equal only if their bytes are: two Unicode spellings of one character are different keys, as they are in
/// JSON.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    /// One step of a path.
    public enum Component: Sendable {
        /// The member of an object that has this key.
        case key(String)
        /// The element of an array at this position, counted from 0.
        case index(Int)
        /// Every element of an array, written `[*]`.
        case everyElement
    }

    /// The steps from the outermost to the innermost. Without any, the path leads to the value that it starts from.
    public var components: [Component]

    /// Creates a path of the given steps.
    public init(_ components: [Component] = []) {
        self.components = components
    }

    /// Parses the text of a path.
    ///
    /// The first key may stand in brackets as well (`["a-b"].c`), unlike in an ``Expression``, where a bracket would
    /// begin a list.
    ///
    /// - Throws: An ``ExpressionError`` that points at the first place that is not part of a path.
    public init(parsing text: String) throws(ExpressionError) {
        var parser = try Parser(text)
        self = try parser.parsePath()
    }

    /// The canonical text: `.key` for identifiers, `["key"]` for all others.
    ///
    /// It parses to an equal path again, unless the path is empty.
    public var description: String {
        var text = ""
        for component in components {
            switch component {
            case .key(let key) where key.isFieldIdentifier:
                if !text.isEmpty { text += "." }
                text += key
            case .key(let key): text += "[\(key.quotedForExpression)]"
            case .index(let index): text += "[\(index)]"
            case .everyElement: text += "[*]"
            }
        }
        return text
    }
}

extension FieldPath.Component: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.key(let left), .key(let right)): left.utf8.elementsEqual(right.utf8)
        case (.index(let left), .index(let right)): left == right
        case (.everyElement, .everyElement): true
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .key(let key): hasher.combine(key)  // Equal bytes hash equally; that is all that is needed.
        case .index(let index): hasher.combine(index)
        case .everyElement: hasher.combine(-1)
        }
    }
}
