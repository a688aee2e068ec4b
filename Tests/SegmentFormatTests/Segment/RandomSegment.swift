import SegmentFormat
import TestSupport

/// A segment with every kind of column, and what it holds.
final class RandomSegment {
    struct Group {
        var rows: Int
        var codes: [[UInt32]]
        var times: [[Int64]]
        var uuids: [UUIDBytes]
        var documents: [[UInt8]]
        /// A column without values in the row group is handed over as nil.
        var isMissing: [Bool]
    }

    static let columns: [(kind: ColumnKind, path: String)] = [
        (.dictionary, "$skeleton"), (.timestamp, "stageTimestamp"), (.timestamp, "requestReceivedTimestamp"),
        (.uuid, "auditID"), (.dictionary, "user\u{1}username"), (.document, "requestObject"), (.sequence, "$sequence"),
        (.dictionary, "never"),
    ]
    var groups: [Group] = []
    var dictionaries: [[[UInt8]]]
    let bytes: [UInt8]
    let metadata: SegmentMetadata

    init(_ random: inout SeededRandom, groups count: Int, rows: Int, profile: SegmentProfile) throws {
        dictionaries = Self.columns.map { column in
            let entries =
                column.kind == .document ? [] : (0..<40).map { Array("\"value \($0) of \(column.path)\"".utf8) }
            return (column.kind.isTyped ? [[]] : []) + entries
        }
        for _ in 0..<count { groups.append(Self.group(&random, rows: 1 + random.below(rows), dictionaries)) }
        var output: [UInt8] = []
        let writer = SegmentWriter(schema: "test", profile: profile, compressor: Compressor()) { output += Array($0) }
        for (id, column) in Self.columns.enumerated() {
            writer.addColumn(id: UInt16(id + 3), kind: column.kind, path: column.path)
        }
        for group in groups { try Self.append(group, to: writer) }
        for (index, entries) in dictionaries.enumerated() where Self.columns[index].kind != .document {
            let table = EntryTable(entries)
            try writer.appendDictionary(table.input, ofColumn: index)
            extendLifetime(table)
        }
        metadata = try writer.finish()
        bytes = output
    }

    private static func group(_ random: inout SeededRandom, rows: Int, _ dictionaries: [[[UInt8]]]) -> Group {
        var group = Group(rows: rows, codes: [], times: [], uuids: [], documents: [], isMissing: [])
        group.documents = (0..<1 + random.below(5)).map { i in
            Array("{\"document\":\(i),\"x\":\"".utf8) + random.bytes(random.below(300)) + Array("\"}".utf8)
        }
        var now = 1_718_510_400_000_000 + Int64(random.below(1000))
        let base = (0..<rows).map { _ in
            now += Int64(random.below(5000))
            return now
        }
        for (index, column) in columns.enumerated() {
            let entries = column.kind == .document ? group.documents.count : dictionaries[index].count
            let isMissing = column.path == "never" || (random.oneIn(10) && column.path != "$skeleton")
            group.isMissing.append(isMissing)
            group.codes.append(
                (0..<rows).map { _ in
                    isMissing
                        ? absentCode
                        : column.kind.isTyped && !random.oneIn(8) ? typedCode : UInt32(random.below(entries + 1))
                })
            group.times.append(base.map { column.path == "stageTimestamp" ? $0 : $0 - Int64(random.below(100_000)) })
        }
        group.uuids = []
        for row in 0..<rows {
            let repeats = row > 0 && random.oneIn(2)
            group.uuids.append(
                repeats ? group.uuids[random.below(row)] : UUIDBytes(high: random.next(), low: random.next()))
        }
        return group
    }

    private static func append(_ group: Group, to writer: SegmentWriter) throws {
        let documents = EntryTable(group.documents)
        var chunks: [ChunkInput?] = []
        var owned: [UnsafeMutableRawPointer] = []
        func copy<T>(_ values: [T]) -> UnsafeMutableBufferPointer<T> {
            let buffer = UnsafeMutableBufferPointer<T>.allocate(capacity: values.count)
            _ = buffer.initialize(from: values)
            owned.append(UnsafeMutableRawPointer(buffer.baseAddress!))
            return buffer
        }
        defer { for pointer in owned { pointer.deallocate() } }
        for (index, column) in columns.enumerated() {
            guard !group.isMissing[index] else {
                chunks.append(nil)
                continue
            }
            let hasTimes = column.kind == .timestamp || column.kind == .sequence
            chunks.append(
                ChunkInput(
                    codes: UnsafeBufferPointer(copy(group.codes[index])), firstNew: 1,
                    times: hasTimes ? UnsafePointer(copy(group.times[index]).baseAddress!) : nil,
                    uuids: column.kind == .uuid ? UnsafePointer(copy(group.uuids).baseAddress!) : nil,
                    documents: column.kind == .document ? documents.input : nil))
        }
        try writer.appendRowGroup(rows: group.rows, rawBytes: UInt64(group.rows * 100), chunks: chunks)
        extendLifetime(documents)
    }
}

/// Entries as the writer takes them.
final class EntryTable {
    private let bytes: UnsafeMutableRawBufferPointer
    private let ends: UnsafeMutablePointer<UInt32>
    private let count: Int

    init(_ entries: [[UInt8]]) {
        count = entries.count
        bytes = .allocate(byteCount: max(1, entries.reduce(0) { $0 + $1.count }), alignment: 8)
        ends = .allocate(capacity: entries.count + 1)
        ends[0] = 0
        var end = 0
        for (index, entry) in entries.enumerated() {
            for byte in entry {
                bytes[end] = byte
                end += 1
            }
            ends[index + 1] = UInt32(end)
        }
    }

    deinit {
        bytes.deallocate()
        ends.deallocate()
    }

    var input: DictionaryInput { DictionaryInput(bytes: bytes.baseAddress!, ends: ends, count: count) }
}
