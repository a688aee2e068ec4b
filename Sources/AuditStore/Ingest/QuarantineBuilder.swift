import SegmentFormat
import Shredding

/// Turns what was no event into a segment of its own: the bytes, where they stood, and what is wrong with them.
///
/// It is an ordinary segment, so that it is checked, read and verified like the events are.
final class QuarantineBuilder {
    private enum Place: Int, CaseIterable {
        case skeleton, bytes, input, offset, reason, continues

        var name: String {
            switch self {
            case .skeleton: StoreColumn.skeleton
            case .bytes: StoreColumn.quarantined
            case .input: StoreColumn.input
            case .offset: StoreColumn.offset
            case .reason: StoreColumn.reason
            case .continues: StoreColumn.continues
            }
        }
    }

    private let columns: UnsafeMutablePointer<Column>
    private let compressor: Compressor
    /// Of the current row group.
    private var rows = 0
    private var rowGroups = 0
    private var rawBytes = 0
    private var writer: SegmentWriter?
    private var sealed: [UInt8] = []

    init(compressor: Compressor) {
        self.compressor = compressor
        columns = .allocate(capacity: Place.allCases.count)
        for place in Place.allCases {
            (columns + place.rawValue).initialize(
                to: Column(id: UInt16(place.rawValue), kind: .dictionary, path: Array(place.name.utf8)))
        }
    }

    deinit {
        columns.deinitialize(count: Place.allCases.count)
        columns.deallocate()
    }

    /// The segment has no room for another row group.
    var isFull: Bool { rowGroups == Limits.rowGroupsPerSegment }

    /// A text as a JSON string; made once where a million lines have the same.
    private struct Quoted {
        private var text = ""
        private(set) var bytes = Array("\"\"".utf8)

        mutating func set(_ text: String) {
            guard text != self.text else { return }
            self.text = text
            bytes = Array(JSONString.quoted(text).utf8)
        }
    }
    private var input = Quoted()
    private var reason = Quoted()
    private static let skeleton = [Template.marker, UInt8(Place.bytes.rawValue)]

    /// - Parameter isContinued: the line goes on in the next row.
    func append(
        _ line: UnsafeRawBufferPointer, input: String, offset: UInt64, reason: String, isContinued: Bool = false
    ) throws {
        set(.bytes, line)
        set(.skeleton, Self.skeleton)
        self.input.set(input)
        set(.input, self.input.bytes)
        set(.offset, Array(String(offset).utf8))
        self.reason.set(reason)
        set(.reason, self.reason.bytes)
        if isContinued { set(.continues, Array("true".utf8)) }
        rows += 1
        rawBytes += line.count + (isContinued ? 0 : 1)
        if rows == Limits.rowsPerRowGroup { try flush() }
    }

    private func set(_ place: Place, _ value: [UInt8]) { value.withUnsafeBytes { set(place, $0) } }

    private func set(_ place: Place, _ value: UnsafeRawBufferPointer) {
        let column = columns + place.rawValue
        let empty: StaticString = ""
        let start = value.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
        column.pointee.codes[rows] = column.pointee.dictionary.code(start, value.count)
        column.pointee.lastRow = rows
    }

    private func flush() throws {
        guard rows > 0 else { return }
        let writer: SegmentWriter
        if let current = self.writer {
            writer = current
        } else {
            writer = SegmentWriter(schema: "quarantine", profile: .young, compressor: compressor) { [unowned self] in
                sealed.append(contentsOf: $0)
            }
            for place in Place.allCases {
                writer.addColumn(id: UInt16(place.rawValue), kind: .dictionary, path: place.name)
            }
            self.writer = writer
        }
        let chunks = Place.allCases.map { columns[$0.rawValue].chunk(rows: rows) }
        try writer.appendRowGroup(rows: rows, rawBytes: UInt64(rawBytes), chunks: chunks)
        for place in Place.allCases { columns[place.rawValue].startRowGroup() }
        rowGroups += 1
        rows = 0
        rawBytes = 0
    }

    /// The finished segment; the builder is empty again.
    func finish() throws -> (metadata: SegmentMetadata, bytes: [UInt8])? {
        try flush()
        guard let writer else { return nil }
        for place in Place.allCases {
            try writer.appendDictionary(columns[place.rawValue].dictionary.input, ofColumn: place.rawValue)
        }
        let metadata = try writer.finish()
        self.writer = nil
        rowGroups = 0
        for place in Place.allCases { columns[place.rawValue].startSegment() }
        defer { sealed = [] }
        return (metadata, sealed)
    }
}
