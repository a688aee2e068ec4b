import SegmentFormat

/// Goes through the events that match, in an order by time or as they came in.
///
/// Rows come in pages. The events of the next rows are put together row group by row group, so that each is decoded once for all of them
/// and not once a row, however much the row groups overlap in time.
struct EventCursor: ~Copyable {
    private var pages: RowPages
    private var texts: RowTexts
    private var page: [TimedRow] = []
    private var index = 0
    /// Where the text is of the events that are put together, those of the rows from `firstLoaded` on.
    private var loaded: [Range<Int>] = []
    private var firstLoaded = 0
    private var text = ByteArena(capacity: 1 << 16)
    private var batch = EventCursor.smallestBatch

    /// Rows whose events are put together at once: few at first, for whoever wants few.
    private static var smallestBatch: Int { 16 }
    /// Bytes of text that are kept at once, and one event more.
    private static var batchBytes: Int { 32 << 20 }

    init(_ scan: EventScan, order: EventOrder, limit: Int?, after: TimedRow? = nil) {
        pages = RowPages(scan, order: order, limit: limit, after: after)
        texts = RowTexts(scan)
    }

    /// Calls `body` with the next event, whose bytes are valid during the call; nil at the end.
    mutating func withNext<R>(_ body: (UnsafeRawBufferPointer, EventPosition) throws -> R) throws -> R? {
        if index == page.count {
            page = try pages.next()
            index = 0
            (loaded, firstLoaded) = ([], 0)
            if page.isEmpty { return nil }
        }
        if index == firstLoaded + loaded.count { try load() }
        let position = page[index].position(in: pages.order)
        let range = loaded[index - firstLoaded]
        index += 1
        return try body(UnsafeRawBufferPointer(rebasing: text.bytes[range]), position)
    }

    private mutating func load() throws {
        // By what events of the segment have on average; half of it, since single row groups differ.
        let segment = pages.segment(of: page[index])
        let fitting = Self.batchBytes / 2 / max(1, Int(segment.rawBytes / max(1, segment.rows)))
        var count = max(1, min(batch, fitting, page.count - index))
        batch = min(batch * 4, RowPages.largestPage)
        while try !load(page[index..<index + count]) { count = (count + 1) / 2 }
    }

    /// - Returns: false if there was no room for all of several.
    private mutating func load(_ rows: ArraySlice<TimedRow>) throws -> Bool {
        var ranges = Array(repeating: 0..<0, count: rows.count)
        text.removeAll(keepingAtMost: 2 * Self.batchBytes)
        let order = rows.indices.sorted { rows[$0].place < rows[$1].place }
        for (i, place) in order.enumerated() {
            // A batch may take its reader hours.
            if i & 63 == 0 { try checkCancellation() }
            guard rows.count == 1 || text.count < Self.batchBytes else { return false }
            let start = text.count
            try texts.append(rows[place], of: pages.segment(of: rows[place]), to: &text)
            ranges[place - rows.startIndex] = start..<text.count
        }
        // Only now: who goes on after an error must not get what was not read.
        (loaded, firstLoaded) = (ranges, rows.startIndex)
        return true
    }
}
