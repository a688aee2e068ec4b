import SegmentFormat

/// The skeletons seen so far, as a tree of literals: after each value, the few texts that have followed it.
///
/// Following the tree is how the next event's shape is predicted: one comparison of a literal for each value of the event,
/// and no look at its structure at all.
struct SkeletonTrie: ~Copyable {
    struct Node {
        /// The text before the value.
        var literal: UInt32
        var literalLength: UInt32
        /// The column of the value after the text, or `end` where the event ends after the text.
        var column: Int16
        var isDocument: Bool
        var parent: Int32 = -1
        var firstChild: Int32 = -1
        var nextSibling: Int32 = -1
        /// The skeleton's code in the current segment; valid if `epoch` is the current one.
        var code: UInt32 = 0
        var epoch: UInt32 = .max

        static let end: Int16 = -1
    }

    private(set) var nodes: UnsafeMutablePointer<Node>
    private(set) var count = 1
    private var capacity = 1024
    var literals = ByteArena(capacity: 1 << 14)

    /// Past this many nodes the prediction is forgotten and learnt anew: hostile events never repeat their shape.
    static let nodeLimit = 1 << 17
    static let literalLimit = 16 << 20

    /// Texts that may follow one value. Real logs have a few; events that never repeat their shape must not make each
    /// other slow.
    static let siblingLimit = 64

    /// In place of a node: what comes from here on is not in the tree.
    static let untaught: Int32 = -1

    init() {
        nodes = Self.allocate(capacity)
        nodes[0] = Node(literal: 0, literalLength: 0, column: 0, isDocument: false)
    }

    /// Two nodes a line of the cache.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Node> {
        assert(MemoryLayout<Node>.stride == 32)
        return UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Node>.stride, alignment: 64)
            .bindMemory(to: Node.self, capacity: capacity)
    }

    deinit { nodes.deallocate() }

    var isFull: Bool { count >= Self.nodeLimit || literals.bytes.count >= Self.literalLimit }

    mutating func removeAll() {
        count = 1
        nodes[0] = Node(literal: 0, literalLength: 0, column: 0, isDocument: false)
        literals.removeAll()
    }

    /// The child of `parent` with this text and column; a new one, in front of its siblings, if there is none;
    /// `untaught` if there are too many.
    mutating func child(of parent: Int32, literal: UnsafeRawBufferPointer, column: Int16, isDocument: Bool) -> Int32 {
        guard parent != Self.untaught else { return Self.untaught }
        var child = nodes[Int(parent)].firstChild
        var siblings = 0
        while child >= 0 {
            siblings += 1
            let node = nodes[Int(child)]
            if node.column == column, Int(node.literalLength) == literal.count,
                literal.isEmpty
                    || ValueDictionary.isEqual(
                        literals.bytes.baseAddress! + Int(node.literal), literal.baseAddress!, literal.count)
            {
                return child
            }
            child = node.nextSibling
        }
        guard siblings < Self.siblingLimit else { return Self.untaught }
        if count == capacity {
            let new = Self.allocate(capacity * 2)
            new.update(from: nodes, count: count)
            nodes.deallocate()
            nodes = new
            capacity *= 2
        }
        let index = Int32(count)
        nodes[count] = Node(
            literal: UInt32(literals.bytes.count), literalLength: UInt32(literal.count), column: column,
            isDocument: isDocument, parent: parent, nextSibling: nodes[Int(parent)].firstChild)
        literals.append(literal)
        nodes[Int(parent)].firstChild = index
        count += 1
        return index
    }

    /// Remembers the code of the skeleton that ends in `leaf`.
    func setCode(_ code: UInt32, of leaf: Int32, epoch: UInt32) {
        nodes[Int(leaf)].code = code
        nodes[Int(leaf)].epoch = epoch
    }

    /// Puts a sibling that was just found behind others in front of them.
    @inline(__always)
    func moveToFront(_ child: Int32, before: Int32, of parent: Int32) {
        nodes[Int(before)].nextSibling = nodes[Int(child)].nextSibling
        nodes[Int(child)].nextSibling = nodes[Int(parent)].firstChild
        nodes[Int(parent)].firstChild = child
    }
}
