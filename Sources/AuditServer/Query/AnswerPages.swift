import AuditOutput
import AuditStore
import NIOCore

/// An answer as it goes over the wire, a page at a time: the next one is made when the reader has taken the last.
protocol AnswerPages: AnyObject, Sendable {
    /// nil at the end.
    func next() async throws -> ByteBuffer?
}

private let pageBytes = 64 << 10

/// Events, one a line.
final class EventPages: AnswerPages, @unchecked Sendable {
    // One task at a time uses it.
    private var events: EventSequence<Event>.AsyncIterator
    private var isOver = false

    init(_ events: EventSequence<Event>) { self.events = events.makeAsyncIterator() }

    func next() async throws -> ByteBuffer? {
        guard !isOver else { return nil }
        var page = ByteBuffer()
        page.reserveCapacity(pageBytes)
        while page.readableBytes < pageBytes {
            guard let event = try await events.next() else {
                isOver = true
                break
            }
            page.writeBytes(event.bytes)
            page.writeInteger(UInt8(0x0a))
        }
        return page
    }
}

/// Rows of a query as `auditstore query --format json` or `ndjson` prints them.
final class RowPages<Rows: AsyncSequence>: AnswerPages, @unchecked Sendable where Rows.Element == [TextValue] {
    // One task at a time uses it.
    private var rows: Rows.AsyncIterator
    private var row: JSONRow
    private let isArray: Bool
    private var isFirst = true
    private var isOver = false

    init(_ rows: Rows, columns: [String], isArray: Bool) {
        self.rows = rows.makeAsyncIterator()
        self.isArray = isArray
        row = JSONRow(columns: columns)
    }

    func next() async throws -> ByteBuffer? {
        guard !isOver else { return nil }
        row.bytes.removeAll(keepingCapacity: true)
        while row.bytes.count < pageBytes {
            guard let values = try await rows.next() else {
                if isArray { row.bytes += Array((isFirst ? "[]\n" : "]\n").utf8) }
                isOver = true
                break
            }
            if isArray { row.bytes += Array((isFirst ? "[" : ",\n").utf8) }
            isFirst = false
            row.append(values.map(Cell.init))
            if !isArray { row.bytes.append(0x0a) }
        }
        return ByteBuffer(bytes: row.bytes)
    }
}

/// Rows that are in memory.
struct RowsInMemory: AsyncSequence, Sendable {
    var rows: [[TextValue]]

    struct AsyncIterator: AsyncIteratorProtocol {
        var rows: IndexingIterator<[[TextValue]]>
        mutating func next() async -> [TextValue]? { rows.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rows: rows.makeIterator()) }
}
