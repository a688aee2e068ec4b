import SegmentFormat

/// Which column the values of a path go to. Asked for each key of an event that is parsed the long way.
struct PathColumns: ~Copyable {
    private var paths = ValueDictionary()
    /// By the path's code in `paths`, from 1 on.
    private var columns: [Int32] = []

    /// - Parameter path: raw keys joined by U+0001.
    func column(of path: borrowing ByteArena) -> Int32? {
        // In bounds: behind the bytes of an arena lies its padding.
        let code = paths.find(padded: path.base, path.count)
        return code == 0 ? nil : columns[Int(code) - 1]
    }

    /// - Precondition: the path is new.
    mutating func add(_ path: borrowing ByteArena, column: Int32) {
        let code = paths.code(path.base, path.count)
        precondition(Int(code) == columns.count + 1)
        columns.append(column)
    }

    mutating func removeAll() {
        paths.removeAll()
        columns = []
    }
}
