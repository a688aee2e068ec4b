import SegmentFormat

/// Counts in how many documents each path has a value.
package struct DocumentCensus: ~Copyable {
    private var scanner = JSONScanner()
    private var counts: [DocumentPath: (documents: Int, last: Int)] = [:]
    private var documents = 0

    /// Paths that are kept count of; open-ended maps (labels, managedFields) would have no end.
    private static let pathLimit = 20_000
    /// Deeper paths stay in the text.
    private static let depthLimit = 12

    package init() {}

    /// Counts the paths of one document. Precondition: a line feed and padding follow the text.
    package mutating func count(_ start: UnsafeRawPointer, document: String) {
        documents += 1
        var components: [String] = []
        var kinds: [Bool] = []
        var p = start
        value: while true {
            let c = p.load(as: UInt8.self)
            if (c == 0x7b || c == 0x5b), components.count < Self.depthLimit {
                p = JSONScanner.skipSpace(p + 1)
                kinds.append(c == 0x7b)
                if p.load(as: UInt8.self) != (c == 0x7b ? 0x7d : 0x5d) {
                    guard let component = member(&p, isObject: c == 0x7b) else { return }
                    components.append(component)
                    continue value
                }
                p += 1
                kinds.removeLast()
            } else {
                guard let end = scanner.valueEnd(p) else { return }
                if c != 0x7b, c != 0x5b, !components.isEmpty {
                    record(DocumentPath(document: document, components: components))
                }
                p = end
            }
            while let isObject = kinds.last {
                p = JSONScanner.skipSpace(p)
                if p.load(as: UInt8.self) == 0x2c {
                    p = JSONScanner.skipSpace(p + 1)
                    components.removeLast()
                    guard let component = member(&p, isObject: isObject) else { return }
                    components.append(component)
                    continue value
                }
                p += 1
                kinds.removeLast()
                // The member that was just left, unless the container was empty.
                if components.count > kinds.count { components.removeLast() }
            }
            return
        }
    }

    private mutating func member(_ p: inout UnsafeRawPointer, isObject: Bool) -> String? {
        guard isObject else { return DocumentPath.everyElement }
        let key = p + 1
        guard let value = scanner.keyEnd(p) else { return nil }
        var end = value - 1
        while end.load(as: UInt8.self) != 0x22 { end -= 1 }
        p = value
        return String(decoding: UnsafeRawBufferPointer(start: key, count: end - key), as: UTF8.self)
    }

    private mutating func record(_ path: DocumentPath) {
        if let known = counts[path] {
            if known.last != documents { counts[path] = (known.documents + 1, documents) }
        } else if counts.count < Self.pathLimit {
            counts[path] = (1, documents)
        }
    }

    /// Of `wanted`, the paths that occur in most documents.
    package func mostFrequent(_ limit: Int, of wanted: [DocumentPath], atLeast minimum: Int) -> [DocumentPath] {
        wanted.map { ($0, counts[$0]?.documents ?? 0) }.filter { $0.1 >= minimum }
            .sorted { ($0.1, $1.0.columnPath) > ($1.1, $0.0.columnPath) }
            .prefix(limit).map(\.0)
    }
}
