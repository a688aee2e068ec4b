package import SegmentFormat

/// Takes the values of chosen paths out of documents, leaving a marker for each; the rest stays as text.
///
/// The rest is what compresses best as text: an object's next version repeats its former one, and what differs between
/// them has its column.
package struct DocumentShredder: ~Copyable {
    /// A tree of the chosen paths.
    private struct Node {
        var children: [(key: [UInt8], node: Int)] = []
        var element: Int = -1
        var path: Int = -1
    }

    private var nodes: [Node] = []
    /// By document path: the root of its tree.
    private var roots: [String: Int] = [:]
    private var columns: [Int]
    private var scanner = JSONScanner()
    /// The document with markers; valid until the next call of `shred`.
    package private(set) var text = ByteArena(capacity: 1 << 16)
    /// Values, each followed by `Template.valueEnd`; those of one column in a row.
    package private(set) var values = ByteArena(capacity: 1 << 12)
    /// Values in the order of the document: the path and where the value stands.
    private var found: [(path: Int, start: Int, count: Int)] = []

    package init(paths: [DocumentPath]) {
        columns = Array(repeating: -1, count: paths.count)
        for (index, path) in paths.enumerated() {
            var node = root(of: path.document)
            for component in path.components { node = child(of: node, component) }
            nodes[node].path = index
        }
    }

    /// The target's column of a path, by its index.
    package mutating func setColumn(_ column: Int, of path: Int) { columns[path] = column }

    private mutating func root(of document: String) -> Int {
        if let known = roots[document] { return known }
        nodes.append(Node())
        roots[document] = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func child(of node: Int, _ component: String) -> Int {
        if component == DocumentPath.everyElement {
            if nodes[node].element < 0 {
                nodes.append(Node())
                nodes[node].element = nodes.count - 1
            }
            return nodes[node].element
        }
        let key = Array(component.utf8)
        if let known = nodes[node].children.first(where: { $0.key == key }) { return known.node }
        nodes.append(Node())
        nodes[node].children.append((key, nodes.count - 1))
        return nodes.count - 1
    }

    /// Shreds a document into `text`; the result says which columns have values, and where in `values`.
    ///
    /// Precondition: a line feed and padding follow the text.
    package mutating func shred(
        _ start: UnsafeRawPointer, _ count: Int, document: String
    ) -> [(column: Int, range: Range<Int>)] {
        text.removeAll()
        values.removeAll()
        found.removeAll(keepingCapacity: true)
        if let root = roots[document] { walk(start, root: root) }
        var copied = 0
        for (path, position, length) in found {
            text.append(start + copied, count: position - copied)
            text.append(Template.marker)
            text.append(varint: columns[path])
            copied = position + length
        }
        text.append(start + copied, count: count - copied)
        return gather(start)
    }

    /// Brings the values of each column together.
    private mutating func gather(_ start: UnsafeRawPointer) -> [(column: Int, range: Range<Int>)] {
        var result: [(column: Int, range: Range<Int>)] = []
        guard !found.isEmpty else { return result }
        for path in Set(found.map(\.path)).sorted() {
            let first = values.bytes.count
            for value in found where value.path == path {
                values.append(start + value.start, count: value.count)
                values.append(Template.valueEnd)
            }
            result.append((columns[path], first..<values.bytes.count))
        }
        return result
    }

    /// Finds the values of chosen paths, going only where the tree goes. The text was found to be JSON when it came in.
    private mutating func walk(_ start: UnsafeRawPointer, root: Int) {
        // Open containers that the tree follows: their node, and whether they are objects.
        var open: [(node: Int, isObject: Bool)] = []
        var node = root
        var p = start
        value: while true {
            let c = p.load(as: UInt8.self)
            let isObject = c == 0x7b
            let hasBranch = isObject ? !nodes[node].children.isEmpty : c == 0x5b && nodes[node].element >= 0
            if hasBranch {
                p = JSONScanner.skipSpace(p + 1)
                open.append((node, isObject))
                if p.load(as: UInt8.self) != (isObject ? 0x7d : 0x5d) {
                    guard let next = member(&p, of: open.last!) else { return }
                    node = next
                    continue value
                }
                p += 1
                open.removeLast()
            } else {
                guard let end = scanner.valueEnd(p) else { return }
                if nodes[node].path >= 0, c != 0x7b, c != 0x5b {
                    found.append((nodes[node].path, p - start, end - p))
                }
                p = end
            }
            // After a value: the next member of the innermost container, or the container's own end.
            while let container = open.last {
                p = JSONScanner.skipSpace(p)
                if p.load(as: UInt8.self) == 0x2c {
                    p = JSONScanner.skipSpace(p + 1)
                    guard let next = member(&p, of: container) else { return }
                    node = next
                    continue value
                }
                p += 1
                open.removeLast()
            }
            return
        }
    }

    /// Goes to the next value of a container that the tree has a branch for, skipping others.
    /// - Returns: its node. A value without a branch gets the empty node.
    private mutating func member(_ p: inout UnsafeRawPointer, of container: (node: Int, isObject: Bool)) -> Int? {
        guard container.isObject else { return nodes[container.node].element }
        let key = p + 1
        guard let value = scanner.keyEnd(p) else { return nil }
        var end = value - 1
        while end.load(as: UInt8.self) != 0x22 { end -= 1 }
        let length = end - key
        p = value
        for child in nodes[container.node].children where child.key.count == length {
            let isSame = child.key.withUnsafeBytes { ValueDictionary.isEqual($0.baseAddress!, key, length) }
            if isSame { return child.node }
        }
        return emptyNode()
    }

    private var empty = -1

    /// A node without branches, for values that are passed over.
    private mutating func emptyNode() -> Int {
        if empty < 0 {
            nodes.append(Node())
            empty = nodes.count - 1
        }
        return empty
    }
}
