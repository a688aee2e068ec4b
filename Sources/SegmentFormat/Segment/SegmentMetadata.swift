/// How the values of a column are stored.
package enum ColumnKind: UInt8, Sendable {
    /// Codes into a dictionary of the segment.
    case dictionary = 0
    /// Codes; code 1 stands for a UTC time with microseconds, which is in a page of integers.
    case timestamp = 1
    /// Codes; code 1 stands for a canonical UUID, which is in a page of 16-byte values with a filter.
    case uuid = 2
    /// Codes into a dictionary of the row group: bodies and other long texts.
    case document = 3
    /// Codes; code 1 stands for an integer that mostly counts up.
    case sequence = 4

    /// Code 1 means "typed", and no entry of the dictionary.
    package var isTyped: Bool { self == .timestamp || self == .uuid || self == .sequence }
}

/// Code 0 of every column: the row has no value.
package let absentCode: UInt32 = 0
/// Code 1 of a typed column: the value is in the typed page.
package let typedCode: UInt32 = 1

package struct PageReference: Sendable, Equatable {
    package var offset: UInt64
    /// Bytes on disk, header included.
    package var length: UInt32
}

package struct DictionaryPageInfo: Sendable {
    package var page: PageReference
    /// Codes `firstCode ..< firstCode + count` are in this page.
    package var firstCode: UInt32
    package var count: UInt32
}

package struct DictionaryInfo: Sendable {
    /// Entries; their codes are 1 … count.
    package var count: UInt32 = 0
    package var pages: [DictionaryPageInfo] = []
}

/// A column's part of a row group, with its zone map.
package struct ChunkInfo: Sendable {
    /// Rows with a value.
    package var present: UInt32 = 0
    package var smallestCode: UInt32 = 0
    package var largestCode: UInt32 = 0
    /// nil: every row has `largestCode`.
    package var codes: PageReference?
    /// The code of the first value that is new in this row group.
    package var firstNew: UInt32 = 1
    /// Typed values, and their range (times only).
    package var typed: PageReference?
    package var smallestValue: Int64 = 0
    package var largestValue: Int64 = 0
    package var filter: PageReference?
    /// The dictionary of a `document` column.
    package var documents: DictionaryInfo?
}

package struct RowGroupInfo: Sendable {
    package var rows: UInt32 = 0
    /// Distances to the partner rows, where there are any.
    package var partners: PageReference?
    /// One a column of the segment, in their order.
    package var chunks: [ChunkInfo] = []
}

package struct ColumnInfo: Sendable {
    /// The number that stands for the column in templates.
    package var id: UInt16
    package var kind: ColumnKind
    /// Raw keys joined by U+0001; names of the store's own columns begin with `$`.
    package var path: String
    package var dictionary = DictionaryInfo()
}

/// What the footer of a segment says.
package struct SegmentMetadata: Sendable {
    package var schema: String = ""
    package var columns: [ColumnInfo] = []
    package var rowGroups: [RowGroupInfo] = []
    /// The bytes of the events, with one line end each.
    package var rawBytes: UInt64 = 0

    package init() {}

    package var rows: Int { rowGroups.reduce(0) { $0 + Int($1.rows) } }

    /// Bytes in memory, roughly.
    package var memory: Int {
        let pages = rowGroups.reduce(0) { $0 + $1.chunks.reduce(0) { $0 + ($1.documents?.pages.count ?? 0) } }
        let names = columns.reduce(0) { $0 + $1.path.utf8.count + $1.dictionary.pages.count * 24 }
        return names + columns.count * 160 + pages * 24
            + rowGroups.count * (64 + columns.count * MemoryLayout<ChunkInfo>.stride)
    }
}

/// Names of the columns that belong to the store and not to the event.
package enum StoreColumn {
    /// The template of the event: its bytes with a marker for each value.
    package static let skeleton = "$skeleton"
    /// Values of paths over the cap, each followed by `Template.valueEnd`.
    package static let residual = "$residual"
    /// Position in ingest order, relative to the segment's first.
    package static let sequence = "$sequence"
    package static let source = "$source"
    package static let cluster = "$cluster"
    /// What the store has to say of an event that is out of the ordinary: a list of texts.
    package static let flags = "$flags"
    /// A value of `flags`: an earlier event has the same identity and is not equal to this one.
    package static let identityReused = "[\"identityReused\"]"
    /// Those that come with an event, and that no leaf leads to.
    package static let ofIngest = [source, cluster, flags]
    /// Quarantine only: the bytes, where they stood, and what is wrong with them.
    package static let quarantined = "$quarantined"
    package static let input = "$input"
    package static let offset = "$offset"
    package static let continues = "$continues"
    package static let reason = "$reason"
}
