import SegmentFormat
import Shredding

/// Chooses the paths within documents that get columns of their own: of those that the schema names, the ones that occur
/// in a sample, the most frequent first.
///
/// Frequency alone was tried and is dear: a value that repeats from version to version costs nothing within the text and
/// some bits in a column (64 most frequent paths: 8 to 10 bytes an event more, Docs/Decisions.md).
enum ShreddedPathChoice {
    /// Columns for paths within documents. Each costs a page a row group and a little time to put a body together again;
    /// what is not among them stays in the text, queryable too, only slower.
    static let limit = 64

    /// Documents looked at.
    private static let sampleSize = 2000
    /// A path in fewer of them than one in so many stays in the text.
    private static let rarest = 200

    /// - Parameter segments: what is going to be merged; the sample is taken evenly from them.
    static func choose(from segments: [SegmentReader], schema: ShreddingSchema) throws -> [DocumentPath] {
        guard !schema.documentPaths.isEmpty else { return [] }
        var census = DocumentCensus()
        var sampled = 0
        for segment in segments {
            let reader = RowGroupReader(segment)
            let assembler = try EventAssembler(reader)
            var text = ByteArena(capacity: 1 << 16)
            defer { extendLifetime(text) }
            for document in schema.documents.map({ $0.joined(separator: "\u{1}") }) {
                guard let column = segment.column(path: document) else { continue }
                for group in segment.metadata.rowGroups.indices {
                    reader.open(group)
                    let step = max(1, Int(reader.chunk(column).present) * segments.count / sampleSize)
                    var next = 0
                    let codes = try reader.codes(column)
                    for row in codes.indices where codes[row] != absentCode {
                        next += 1
                        guard next % step == 0 else { continue }
                        text.removeAll()
                        assembler.startRow()
                        try assembler.append(column: column, row: row, to: &text)
                        text.append(0x0a)
                        census.count(text.bytes.baseAddress!, document: document)
                        sampled += 1
                    }
                }
            }
        }
        return census.mostFrequent(limit, of: schema.documentPaths, atLeast: max(2, sampled / rarest))
    }
}
