/// A path within a document: the document's own path, then keys and `everyElement`.
package struct DocumentPath: Hashable, Sendable {
    /// Stands for every element of an array.
    package static let everyElement = "\u{2}"

    /// The document's path, raw keys joined by U+0001.
    package var document: String
    package var components: [String]

    package init(document: String, components: [String]) {
        self.document = document
        self.components = components
    }

    /// The path of the column that holds the values.
    package var columnPath: String { document + "\u{1}" + components.joined(separator: "\u{1}") }
}
