/// The times that the other columns of times of a row group are written relative to: those of the first such column that
/// has a value, with 0 in rows where it has none or an odd one, which is what a reader finds there.
final class ReferenceTimes {
    let column: Int
    let times: UnsafePointer<Int64>

    init?(_ columns: [ColumnInfo], _ chunks: [ChunkInput?]) {
        let found = columns.indices.first { index in
            columns[index].kind == .timestamp && chunks[index]?.codes.contains { $0 != absentCode } ?? false
        }
        guard let found, let chunk = chunks[found], let source = chunk.times else { return nil }
        column = found
        let rows = chunk.codes.count
        let copy = UnsafeMutablePointer<Int64>.allocate(capacity: rows)
        for row in 0..<rows { copy[row] = chunk.codes[row] == typedCode ? source[row] : 0 }
        times = UnsafePointer(copy)
    }

    deinit { times.deallocate() }
}
