/// An array that is never copied to grow: elements lie in chunks.
///
/// Copying millions of values in one piece takes longer than one who cancels a query wants to wait.
struct ChunkedArray<Element> {
    private var chunks: [[Element]] = []
    private(set) var count = 0

    private static var shift: Int { 14 }
    private static var mask: Int { 1 << shift - 1 }

    init() {}

    @inline(__always)
    mutating func append(_ element: Element) {
        if count & Self.mask == 0 { addChunk() }
        chunks[chunks.count - 1].append(element)
        count += 1
    }

    @inline(never)
    private mutating func addChunk() {
        chunks.append([])
        // The first one grows: most arrays are small.
        if count > 0 { chunks[chunks.count - 1].reserveCapacity(Self.mask + 1) }
    }

    mutating func append(contentsOf elements: [Element]) {
        var next = 0
        while next < elements.count {
            if count & Self.mask == 0 { addChunk() }
            let n = Swift.min(elements.count - next, Self.mask + 1 - count & Self.mask)
            chunks[chunks.count - 1].append(contentsOf: elements[next..<next + n])
            next += n
            count += n
        }
    }
}

extension ChunkedArray: RandomAccessCollection, MutableCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { count }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { chunks[index >> Self.shift][index & Self.mask] }
        set { chunks[index >> Self.shift][index & Self.mask] = newValue }
        _modify { yield &chunks[index >> Self.shift][index & Self.mask] }
    }
}

extension ChunkedArray: Sendable where Element: Sendable {}
