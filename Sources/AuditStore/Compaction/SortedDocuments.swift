import SegmentFormat
import Shredding

/// A row group's documents in the order of their text, so that the versions of one object lie side by side.
///
/// In order of appearance a page of two megabytes holds a few versions of many objects and compresses half as well
/// (Docs/Decisions.md has the figures).
final class SortedDocuments {
    private var text: ByteArena
    private var ends: UnsafeMutablePointer<UInt32>
    private let count: Int

    private static let comparisonsPerStep = 1 << 12
    private static let documentsPerStep = 1 << 8

    /// Sorts, and rewrites the codes.
    init(_ documents: DictionaryInput, codes: UnsafeMutablePointer<UInt32>, rows: Int, pace: WorkPace) throws {
        var order = (0..<documents.count).map { UInt32($0 + 1) }
        var comparisons = 0
        try order.sort {
            comparisons += 1
            if comparisons % Self.comparisonsPerStep == 0 { try pace() }
            return Self.isLess(documents.entry(Int($0)), documents.entry(Int($1)))
        }
        count = documents.count
        text = ByteArena(capacity: Int(documents.ends[count]))
        ends = .allocate(capacity: count + 1)
        ends[0] = 0
        var newCodes = [UInt32](repeating: 0, count: count + 1)
        for (index, old) in order.enumerated() {
            if index % Self.documentsPerStep == 0 { try pace() }
            newCodes[Int(old)] = UInt32(index + 1)
            text.append(documents.entry(Int(old)))
            ends[index + 1] = UInt32(text.bytes.count)
        }
        for row in 0..<rows { codes[row] = newCodes[Int(codes[row])] }
    }

    deinit { ends.deallocate() }

    var input: DictionaryInput { DictionaryInput(bytes: text.bytes.baseAddress!, ends: ends, count: count) }

    private static func isLess(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        let n = min(a.count, b.count)
        var i = 0
        while i + 8 <= n {
            let x = UInt64(bigEndian: a.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            let y = UInt64(bigEndian: b.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            if x != y { return x < y }
            i += 8
        }
        while i < n {
            if a[i] != b[i] { return a[i] < b[i] }
            i += 1
        }
        return a.count < b.count
    }
}
