import CKernels
import SegmentFormat

/// Takes events apart: a template (the skeleton) and a value in a column for each leaf.
///
/// Two ways lead through an event. The short one follows the tree of known skeletons and touches only values; the long one
/// parses the JSON, and teaches the tree what it found. Both give the same result: the short one compares every byte of
/// structure with one that was parsed before.
package struct Shredder: ~Copyable {
    package let schema: ShreddingSchema
    package private(set) var columns: UnsafeMutablePointer<Column>
    package private(set) var columnCount = 0
    /// Events in the current row group.
    package private(set) var rows = 0
    /// Bytes of their text, one line end each included.
    package private(set) var rawBytes = 0

    private var scanner = JSONScanner()
    /// The documents of the row group, of all columns.
    private(set) var documents = DocumentEncoder()
    private var trie = SkeletonTrie()
    private var time = CanonicalTime()
    private var columnsByPath = PathColumns()
    /// The path of the objects that are open while an event is parsed, and where each one's part of it ends.
    private var path = ByteArena(capacity: 256)
    private var pathEnds: [Int] = []
    /// Changes with each segment, so that codes of skeletons of an earlier one are not taken for this one's.
    private var epoch: UInt32 = 0
    private var residual = ByteArena(capacity: 256)

    /// A value of the event at hand that has no code yet.
    private struct Leaf {
        var start: UnsafeRawPointer
        var count: UInt32
        var column: UInt16
        var tag: UInt32
    }
    private let leaves: UnsafeMutablePointer<Leaf>
    private var leafCount = 0
    private static let leafCapacity = 128

    private var template = ByteArena(capacity: 1024)

    package let skeletonColumn: Int
    package let residualColumn: Int
    package let eventTimeColumn: Int
    package var firstStoreColumn: Int { eventTimeColumn + 1 }
    private let storeColumns: [String]
    /// Events parsed the long way so far.
    private var parses: UInt64 = 0

    package enum Outcome {
        /// An event; the byte after its line feed.
        case event(end: UnsafeRawPointer)
        /// Not a JSON object.
        case malformed(JSONFailure, end: UnsafeRawPointer)
    }

    /// - Parameter storeColumns: columns that no leaf of an event leads to, for what comes with the event; they are at
    ///   `firstStoreColumn` and after.
    package init(schema: ShreddingSchema, storeColumns: [String] = []) {
        self.schema = schema
        columns = Column.allocate(capacity: Limits.columnsPerSegment)
        leaves = .allocate(capacity: Self.leafCapacity)
        skeletonColumn = 0
        residualColumn = 1
        eventTimeColumn = 2
        self.storeColumns = storeColumns
        addColumns()
    }

    deinit {
        columns.deinitialize(count: columnCount)
        columns.deallocate()
        leaves.deallocate()
    }

    private mutating func addColumns() {
        _ = addColumn(kind: .dictionary, path: Array(StoreColumn.skeleton.utf8))
        _ = addColumn(kind: .dictionary, path: Array(StoreColumn.residual.utf8))
        let eventTime = ShreddingSchema.joined(schema.eventTime)
        addColumn(kind: .timestamp, of: eventTime)
        for name in storeColumns { _ = addColumn(kind: .dictionary, path: Array(name.utf8)) }
        var known: Set = [eventTime]
        for path in schema.times.map(\.keys) + schema.identities + schema.documents {
            let joined = ShreddingSchema.joined(path)
            guard known.insert(joined).inserted else { continue }
            addColumn(kind: schema.kind(of: joined), of: joined)
        }
    }

    private mutating func addColumn(kind: ColumnKind, of leaf: [UInt8]) {
        path.removeAll()
        leaf.withUnsafeBytes { path.append($0) }
        columnsByPath.add(path, column: Int32(addColumn(kind: kind, path: leaf)))
    }

    private mutating func addColumn(kind: ColumnKind, path: [UInt8]) -> Int {
        precondition(columnCount < Limits.columnsPerSegment)
        (columns + columnCount).initialize(
            to: Column(id: UInt16(columnCount), kind: kind, path: path))
        columnCount += 1
        return columnCount - 1
    }

    // MARK: One event

    /// Shreds the line at `line` into the next row.
    ///
    /// Precondition: the memory from `line` on holds a line feed, and `JSONScanner.padding` bytes behind the last one. It
    /// stays as it is until the row group is done with: documents are not copied.
    @inline(__always)
    package mutating func shred(line: UnsafeRawPointer) -> Outcome {
        precondition(rows < Limits.rowsPerRowGroup)
        if let end = follow(line) {
            rows += 1
            rawBytes += end - line
            return .event(end: end)
        }
        return parse(line)
    }

    /// The short way. nil: this event's shape is not in the tree (or it is not JSON); nothing is lost by having tried,
    /// because the long way writes the same columns again.
    private mutating func follow(_ line: UnsafeRawPointer) -> UnsafeRawPointer? {
        var p = line
        var parent: Int32 = 0
        let nodes = trie.nodes
        let literals = trie.literals.bytes.baseAddress!
        residual.removeAll()
        leafCount = 0
        node: while true {
            var child = nodes[Int(parent)].firstChild
            var before: Int32 = -1
            while child >= 0 {
                let node = nodes + Int(child)
                let length = Int(node.pointee.literalLength)
                // In bounds: the comparison goes on only while the bytes are those of a literal, which holds no line feed,
                // and it reads at most thirty-two bytes past the last equal one.
                if Self.matches(literals + Int(node.pointee.literal), p, length) {
                    let start = p + length
                    let column = node.pointee.column
                    if column == SkeletonTrie.Node.end {
                        if start.load(as: UInt8.self) == 0x0a {
                            finish(child)
                            return start + 1
                        }
                    } else if let end = leafEnd(start, isDocument: node.pointee.isDocument, column: Int(column)) {
                        p = end
                        if before >= 0 { trie.moveToFront(child, before: before, of: parent) }
                        parent = child
                        continue node
                    }
                }
                before = child
                child = node.pointee.nextSibling
            }
            return nil
        }
    }

    @inline(__always)
    private static func matches(_ literal: UnsafeRawPointer, _ p: UnsafeRawPointer, _ n: Int) -> Bool {
        var i = 0
        while i + 32 <= n {
            if ck_differences(literal + i, p + i) != 0 { return false }
            i += 32
        }
        // The rest under a mask; both sides have padding behind them.
        return ck_differences(literal + i, p + i) & (1 &<< UInt32(truncatingIfNeeded: n - i) &- 1) == 0
    }

    /// Stores the value at `start`, and finds its end.
    @inline(__always)
    private mutating func leafEnd(_ start: UnsafeRawPointer, isDocument: Bool, column: Int) -> UnsafeRawPointer? {
        if isDocument, columns[column].kind == .document { return storeDocument(start, in: column) }
        let c = start.load(as: UInt8.self)
        let end: UnsafeRawPointer?
        if c == 0x22 {
            end = scanner.stringEnd(start + 1)
        } else if c == 0x5b || (c == 0x7b && isDocument) {
            end = scanner.valueEnd(start)
        } else {
            end = c == 0x7b ? nil : scanner.scalarEnd(start)
        }
        guard let end else { return nil }
        store(start, end - start, in: column)
        return end
    }

    @inline(never)
    private mutating func storeDocument(_ start: UnsafeRawPointer, in column: Int) -> UnsafeRawPointer? {
        guard let (end, code) = documents.append(start, &scanner) else { return nil }
        columns[column].lastRow = rows
        columns[column].codes[rows] = code
        return end
    }

    @inline(__always)
    private mutating func store(_ p: UnsafeRawPointer, _ n: Int, in index: Int) {
        let column = columns + index
        switch column.pointee.kind {
        case .timestamp:
            if n == CanonicalTime.length, let value = time.parse(p) {
                column.pointee.lastRow = rows
                column.pointee.times![rows] = value
                column.pointee.codes[rows] = typedCode
                return
            }
        case .uuid:
            if n == CanonicalUUID.length, let value = CanonicalUUID.parse(p) {
                column.pointee.lastRow = rows
                column.pointee.uuids![rows] = value
                column.pointee.codes[rows] = typedCode
                return
            }
        case .document, .dictionary, .sequence: break
        }
        if index == residualColumn {
            residual.append(p, count: n)
            residual.append(Template.valueEnd)
            return
        }
        let tag = column.pointee.dictionary.tag(p, n)
        column.pointee.dictionary.prefetchSlot(tag)
        leaves[leafCount] = Leaf(start: p, count: UInt32(truncatingIfNeeded: n), column: UInt16(index), tag: tag)
        leafCount += 1
        if leafCount == Self.leafCapacity { internLeaves() }
    }

    /// Gives the values that wait their codes.
    ///
    /// A look-up misses the cache twice, at the slot and at the value. The values of an event are looked up together, so
    /// that these misses overlap.
    private mutating func internLeaves() {
        for i in 0..<leafCount {
            let leaf = leaves[i]
            columns[Int(leaf.column)].dictionary.prefetchValue(leaf.tag)
        }
        for i in 0..<leafCount {
            let leaf = leaves[i]
            let column = columns + Int(leaf.column)
            column.pointee.lastRow = rows
            column.pointee.codes[rows] = column.pointee.dictionary.code(
                padded: leaf.start, Int(leaf.count), tag: leaf.tag)
        }
        leafCount = 0
    }

    @inline(__always)
    private mutating func finish(_ leaf: Int32) {
        let node = trie.nodes + Int(leaf)
        if node.pointee.epoch != epoch { internSkeleton(leaf) }
        finish(skeleton: node.pointee.code)
    }

    @inline(__always)
    private mutating func finish(skeleton code: UInt32) {
        internLeaves()
        columns[skeletonColumn].codes[rows] = code
        columns[skeletonColumn].lastRow = rows
        if residual.bytes.count > 0 {
            columns[residualColumn].lastRow = rows
            columns[residualColumn].codes[rows] = columns[residualColumn].dictionary.code(
                residual.bytes.baseAddress!, residual.bytes.count)
        }
    }

    @inline(never)
    private mutating func internSkeleton(_ leaf: Int32) {
        var way: [Int32] = []
        var index = leaf
        while index > 0 {
            way.append(index)
            index = trie.nodes[Int(index)].parent
        }
        template.removeAll()
        for index in way.reversed() {
            let node = trie.nodes[Int(index)]
            template.append(trie.literals.bytes.baseAddress! + Int(node.literal), count: Int(node.literalLength))
            if node.column != SkeletonTrie.Node.end {
                template.append(Template.marker)
                template.append(varint: Int(columns[Int(node.column)].id))
            }
        }
        trie.setCode(internTemplate(), of: leaf, epoch: epoch)
    }

    private mutating func internTemplate() -> UInt32 {
        columns[skeletonColumn].dictionary.code(template.bytes.baseAddress!, template.bytes.count)
    }

    // MARK: The long way

    /// Parses the line, without recursion, and adds what it finds to the tree.
    @inline(never)
    private mutating func parse(_ line: UnsafeRawPointer) -> Outcome {
        if trie.isFull { trie.removeAll() }
        parses += 1
        residual.removeAll()
        leafCount = 0
        if let end = parseObject(line) {
            rows += 1
            rawBytes += end - line
            return .event(end: end)
        }
        let failure = scanner.failed(from: line)
        takeBackRow()
        return .malformed(failure, end: Self.lineEnd(line) + 1)
    }

    package static func lineEnd(_ line: UnsafeRawPointer) -> UnsafeRawPointer {
        var p = line
        while p.load(as: UInt8.self) != 0x0a { p += 1 }
        return p
    }

    private mutating func takeBackRow() {
        for i in 0..<columnCount where columns[i].lastRow == rows { columns[i].codes[rows] = absentCode }
    }

    private mutating func parseObject(_ line: UnsafeRawPointer) -> UnsafeRawPointer? {
        var p = JSONScanner.skipSpace(line)
        guard p.load(as: UInt8.self) == 0x7b else {
            return scanner.fail(p.load(as: UInt8.self) == 0x0a ? "an empty line" : "not a JSON object", at: p)
        }
        var parent: Int32 = 0
        var literal = line
        template.removeAll()
        path.removeAll()
        pathEnds.removeAll(keepingCapacity: true)
        pathEnds.append(0)
        p = JSONScanner.skipSpace(p + 1)
        // Each turn stands at a key, or at the end of an empty object.
        member: while true {
            if p.load(as: UInt8.self) != 0x7d {
                guard let start = scanner.keyEnd(p) else { return nil }
                let key = keyBytes(p, before: start)
                path.shorten(to: pathEnds.last!)
                if path.count > 0 { path.append(0x01) }
                path.append(key)
                let column = columnsByPath.column(of: path) ?? Int32(residualColumn)
                let isDocument = columns[Int(column)].kind == .document || pathEnds.count >= Limits.structuralDepth
                if start.load(as: UInt8.self) == 0x7b, !isDocument {
                    pathEnds.append(path.count)
                    p = JSONScanner.skipSpace(start + 1)
                    continue member
                }
                let isOwn = columns[Int(column)].kind == .document && columns[Int(column)].lastParse != parses
                guard let end = isOwn ? storeDocument(start, in: Int(column)) : scanner.valueEnd(start) else {
                    return nil
                }
                let target = claim(column)
                let text = UnsafeRawBufferPointer(start: literal, count: start - literal)
                parent = trie.child(
                    of: parent, literal: text, column: Int16(truncatingIfNeeded: target), isDocument: isDocument)
                template.append(text)
                template.append(Template.marker)
                template.append(varint: Int(columns[Int(target)].id))
                if !isOwn { store(start, end - start, in: Int(target)) }
                literal = end
                p = end
            } else {
                pathEnds.removeLast()
                p += 1
            }
            // After a value or an object: close what ends here, or go on with the next member.
            while true {
                p = JSONScanner.skipSpace(p)
                let c = p.load(as: UInt8.self)
                if pathEnds.isEmpty {
                    guard c == 0x0a else { return scanner.fail("bytes after the object", at: p) }
                    let text = UnsafeRawBufferPointer(start: literal, count: p - literal)
                    template.append(text)
                    let code = internTemplate()
                    let leaf = trie.child(of: parent, literal: text, column: SkeletonTrie.Node.end, isDocument: false)
                    if leaf != SkeletonTrie.untaught { trie.setCode(code, of: leaf, epoch: epoch) }
                    finish(skeleton: code)
                    return p + 1
                }
                if c == 0x2c {
                    p = JSONScanner.skipSpace(p + 1)
                    guard p.load(as: UInt8.self) == 0x22 else { return scanner.fail("not a key", at: p) }
                    continue member
                }
                guard c == 0x7d else {
                    return scanner.fail(
                        c == 0x0a ? "the line ends within an object" : "neither a comma nor the end of the object",
                        at: p)
                }
                pathEnds.removeLast()
                p += 1
            }
        }
    }

    /// The raw key between the quotes at `p`; `start` is where its value begins.
    private func keyBytes(_ p: UnsafeRawPointer, before start: UnsafeRawPointer) -> UnsafeRawBufferPointer {
        var end = start - 1
        while end.load(as: UInt8.self) != 0x22 { end -= 1 }
        return UnsafeRawBufferPointer(start: p + 1, count: end - p - 1)
    }

    /// The column for a leaf of this event at `path`: the path's own; the residual where the path is over the cap, or has
    /// a value in this event already.
    private mutating func claim(_ found: Int32) -> Int32 {
        var column = found
        if column == residualColumn {
            let path = self.path.array()
            // Names that begin with `$` belong to the store.
            guard columnCount < Limits.columnsPerYoungSegment, path.count <= Limits.pathBytes, path.first != 0x24,
                path.allSatisfy({ $0 < 0x80 })
            else {
                return column
            }
            column = Int32(addColumn(kind: schema.kind(of: path), path: path))
            columnsByPath.add(self.path, column: column)
        }
        if columns[Int(column)].lastParse == parses { return Int32(residualColumn) }
        columns[Int(column)].lastParse = parses
        return column
    }

    // MARK: Row groups and segments

    /// Forgets documents that no row has.
    mutating func forgetDocuments() { documents.removeAll() }

    /// The documents of the row group, as they are written.
    mutating func withFragments<R>(_ body: (inout FragmentEncoder) throws -> R) rethrows -> R {
        try body(&documents.fragments)
    }

    /// Gives rows of the row group a value in a store column. - Parameter rows: ascending, and not empty.
    mutating func setStoreColumn(_ index: Int, of rows: some BidirectionalCollection<Int>, to value: [UInt8]) {
        let column = columns + (firstStoreColumn + index)
        let code = value.withUnsafeBytes { column.pointee.dictionary.code($0.baseAddress!, $0.count) }
        for row in rows { column.pointee.codes[row] = code }
        column.pointee.lastRow = rows.last!
    }

    package mutating func startRowGroup() {
        documents.removeAll()
        for i in 0..<columnCount { columns[i].startRowGroup() }
        rows = 0
        rawBytes = 0
    }

    /// Starts the next segment: new dictionaries; what was learnt of shapes is kept, unless too many columns came with it.
    package mutating func startSegment() {
        documents.removeAll()
        for i in 0..<columnCount { columns[i].startSegment() }
        rows = 0
        rawBytes = 0
        epoch += 1
        if columnCount > Limits.columnsPerSegment / 2 {
            columns.deinitialize(count: columnCount)
            columnCount = 0
            columnsByPath.removeAll()
            trie.removeAll()
            addColumns()
        }
    }
}
