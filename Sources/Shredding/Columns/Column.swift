import CKernels
package import SegmentFormat

/// The values of one path in the row group that is being filled.
///
/// Row-indexed arrays of a row group's size: writing a value is one store, a row without one needs nothing (code 0), and
/// taking a row back is clearing it. Most chunks fill a part of a row group; of the rest nothing is ever touched.
package struct Column: ~Copyable {
    // The fields that storing a value touches are the first 64 bytes: an event touches some thirty columns, and bodies push
    // them out of the first-level cache between one event and the next.
    package private(set) var codes: UnsafeMutablePointer<UInt32>
    /// The last row that has a value, -1 for none.
    package var lastRow = -1
    package let kind: ColumnKind
    package let id: UInt16
    package var dictionary = ValueDictionary()
    package private(set) var times: UnsafeMutablePointer<Int64>?
    package private(set) var uuids: UnsafeMutablePointer<UUIDBytes>?
    /// Entries of the dictionary before this row group.
    package var entriesBefore = 0
    /// Rows whose codes lie in memory that was written to.
    private var claimedRows = 0
    /// The last event that was parsed the long way and has a value: a second one is a duplicate key.
    var lastParse: UInt64 = 0
    /// Raw keys joined by U+0001.
    package let path: [UInt8]
    /// Makes each column of an array begin at a line of the cache, where the first does.
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)

    /// Memory for an array of columns, each of which begins at a line of the cache.
    static func allocate(capacity: Int) -> UnsafeMutablePointer<Column> {
        assert(MemoryLayout<Column>.stride % 64 == 0)
        return UnsafeMutableRawPointer.allocate(byteCount: capacity * MemoryLayout<Column>.stride, alignment: 64)
            .bindMemory(to: Column.self, capacity: capacity)
    }

    package init(id: UInt16, kind: ColumnKind, path: [UInt8]) {
        let rows = Limits.rowsPerRowGroup
        self.id = id
        self.kind = kind
        self.path = path
        guard let zeroed = ck_zeroed(UInt64(rows), UInt64(MemoryLayout<UInt32>.stride)) else { fatalOutOfMemory() }
        codes = zeroed.bindMemory(to: UInt32.self, capacity: rows)
        times = kind == .timestamp || kind == .sequence ? .allocate(capacity: rows) : nil
        uuids = kind == .uuid ? .allocate(capacity: rows) : nil
        reserveTypedCode()
    }

    deinit {
        ck_free(codes)
        times?.deallocate()
        uuids?.deallocate()
    }

    /// Code 1 of a typed column is no entry; an empty one holds its place.
    private mutating func reserveTypedCode() {
        guard kind.isTyped else { return }
        withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { empty in
            _ = dictionary.code(UnsafeRawPointer(empty.baseAddress!), 0)
        }
        entriesBefore = 1
    }

    /// Starts the next row group of the same segment: the dictionary goes on, but for documents.
    package mutating func startRowGroup() {
        codes.update(repeating: absentCode, count: lastRow + 1)
        lastRow = -1
        if kind == .document { dictionary.removeAll() }
        entriesBefore = dictionary.count
    }

    /// Starts the next segment.
    package mutating func startSegment() {
        codes.update(repeating: absentCode, count: lastRow + 1)
        lastRow = -1
        dictionary.removeAll()
        entriesBefore = 0
        reserveTypedCode()
    }

    /// What the writer takes, or nil if no row has a value.
    package mutating func chunk(rows: Int) -> ChunkInput? {
        guard lastRow >= 0 else { return nil }
        // A page that is read before it is written costs a second fault later, for which Linux stops the other workers.
        if rows > claimedRows {
            ck_claim(codes + claimedRows, UInt64(rows - claimedRows) * 4)
            claimedRows = rows
        }
        return ChunkInput(
            codes: UnsafeBufferPointer(start: codes, count: rows), firstNew: UInt32(entriesBefore + 1),
            times: times.map { UnsafePointer($0) }, uuids: uuids.map { UnsafePointer($0) },
            documents: kind == .document && dictionary.count > 0 ? dictionary.input : nil)
    }
}
