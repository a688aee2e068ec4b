import SegmentFormat
import Shredding

/// A text that is looked for anywhere in events, without putting them together.
///
/// An event is its skeleton with values in it, and where a value begins or ends there is always one of `" : , [ ] { }` or
/// white space on at least one side. So a text without any of these is in an event exactly if it is in a part of the
/// skeleton or in a value: dictionaries are searched once, and rows by their codes. Of a text with some of these each piece
/// between them has to be somewhere; events that have all pieces are put together and searched.
package struct EventSearch: Sendable {
    private struct Piece {
        let search: ByteSearch
        /// Codes of columns, the skeleton's among them, whose values have the piece.
        var codes: [CodeTest] = []
        /// Columns of times and of UUIDs that can have it.
        var times: [Int] = []
        var uuids: [Int] = []
    }

    private let test: ValueTest
    private var pieces: [Piece] = []
    /// Whether an event passes that has the pieces.
    private let isExact: Bool
    private let documents: [Int]

    /// Pieces that are looked for: the longest ones.
    private static let largestCount = 4

    /// - Returns: nil if nothing is known of the events that pass.
    init?(_ test: ValueTest, _ segment: SegmentReader) throws(SegmentError) {
        guard let needle = test.needle else { return nil }
        let texts = needle.bytes.split(whereSeparator: Self.isStructural)
        guard !texts.isEmpty, !needle.bytes.isEmpty else { return nil }
        self.test = test
        isExact = needle.isEnough && texts.count == 1 && texts[0].count == needle.bytes.count
        documents = segment.metadata.columns.indices.filter { segment.metadata.columns[$0].kind == .document }
        for text in texts.sorted(by: { $0.count > $1.count }).prefix(Self.largestCount) {
            pieces.append(try Self.piece(Array(text), segment))
        }
    }

    private static func isStructural(_ byte: UInt8) -> Bool {
        switch byte {
        case ...0x20, 0x22, 0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d: true
        default: false
        }
    }

    /// Whether no event of the segment passes.
    var isNowhere: Bool {
        documents.isEmpty && pieces.contains { $0.codes.isEmpty && $0.times.isEmpty && $0.uuids.isEmpty }
    }

    /// Whether bodies or events have to be searched for each row group.
    var isExpensive: Bool { !isExact || !documents.isEmpty }

    private static func piece(_ text: [UInt8], _ segment: SegmentReader) throws(SegmentError) -> Piece {
        var piece = Piece(search: ByteSearch(text))
        let isTime = text.allSatisfy { $0 &- 0x30 < 10 || $0 == 0x2d || $0 == 0x2e || $0 == 0x54 || $0 == 0x5a }
        let isUUID = text.allSatisfy { $0 &- 0x30 < 10 || $0 == 0x2d || $0 &- 0x61 < 6 }
        for (index, column) in segment.metadata.columns.enumerated() {
            let isSkeleton = column.path == StoreColumn.skeleton
            // The store's own columns are no part of the events.
            if column.path.hasPrefix("$"), !isSkeleton, column.path != StoreColumn.residual { continue }
            if column.kind == .document { continue }
            if column.kind == .timestamp, isTime { piece.times.append(index) }
            if column.kind == .uuid, isUUID { piece.uuids.append(index) }
            let dictionary = try segment.dictionary(index)
            var matches = [UInt8](repeating: 0, count: max(dictionary.count, Int(typedCode)) + 1)
            try dictionary.forEach { (code, entry) throws(SegmentError) in
                if code & 1023 == 0 { try SegmentError.checkCancellation() }
                guard piece.search.isIn(entry) else { return }
                matches[Int(code)] = !isSkeleton || piece.search.isIn(template: entry) ? 1 : 0
            }
            if let test = CodeTest(column: index, matches: matches) { piece.codes.append(test) }
        }
        return piece
    }

    /// Clears the byte of each row whose event does not pass.
    func filter(_ mask: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader, _ scratch: ScanScratch)
        throws(SegmentError)
    {
        for piece in pieces {
            guard RowMask.isAny(mask, reader.rows) else { return }
            try scratch.withMask { (found) throws(SegmentError) in
                found.update(repeating: 0, count: reader.rows)
                for test in piece.codes where test.outlook(reader.chunk(test.column)) != .none {
                    let codes = try reader.codes(test.column)
                    test.matches.withUnsafeBufferPointer { matches in
                        // In bounds: as in `RowMask.filter`.
                        for i in 0..<codes.count { found[i] |= matches[Int(codes[i])] }
                    }
                }
                try search(typed: piece, mask, found, reader)
                for column in documents { try search(document: column, piece.search, mask, found, reader) }
                for i in 0..<reader.rows { mask[i] &= found[i] }
            }
        }
        if !isExact { try test.filterEvents(mask, reader, scratch) }
    }

    /// Looks in times and UUIDs, which no dictionary has.
    private func search(
        typed piece: Piece, _ mask: UnsafePointer<UInt8>, _ found: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader
    ) throws(SegmentError) {
        var text = ByteArena(capacity: 64)
        for column in piece.times {
            let codes = try reader.codes(column)
            let times = try reader.times(column)
            for row in 0..<codes.count where mask[row] > found[row] && codes[row] == typedCode {
                text.removeAll()
                CanonicalTime.append(times[row], to: &text)
                if piece.search.isIn(text.bytes) { found[row] = 1 }
            }
        }
        for column in piece.uuids {
            let codes = try reader.codes(column)
            let uuids = try reader.uuids(column)
            for row in 0..<codes.count where mask[row] > found[row] && codes[row] == typedCode {
                if CanonicalUUID.withText(uuids[row], { piece.search.isIn($0) }) { found[row] = 1 }
            }
        }
    }

    /// Looks in the bodies of rows that are in question still: in each once, in their order, so that pages are decoded once.
    private func search(
        document column: Int, _ search: ByteSearch, _ mask: UnsafePointer<UInt8>,
        _ found: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader
    ) throws(SegmentError) {
        guard let documents = reader.chunk(column).documents else { return }
        let codes = try reader.codes(column)
        var rows: [UInt64] = []
        for row in 0..<codes.count where mask[row] > found[row] && codes[row] != absentCode {
            rows.append(UInt64(codes[row]) << 32 | UInt64(row))
        }
        rows.sort()
        var page: DictionaryPage?
        var current = absentCode
        var isFound: UInt8 = 0
        for (i, entry) in rows.enumerated() {
            if i & 15 == 0 { try SegmentError.checkCancellation() }
            let code = UInt32(entry >> 32)
            if code != current {
                current = code
                if page == nil || Int(code - page!.firstCode) >= page!.count {
                    page = try reader.segment.documentPage(documents, code: code)
                }
                let text = page![Int(code - page!.firstCode)]
                isFound = search.isIn(text) && search.isIn(template: text) ? 1 : 0
            }
            found[Int(UInt32(truncatingIfNeeded: entry))] = isFound
        }
        withExtendedLifetime(page) {}
    }
}

extension ByteSearch {
    /// Whether a part of the text of a template has it, markers aside.
    func isIn(template: UnsafeRawBufferPointer) -> Bool {
        for case .text(let text) in Template.Parts(template) where isIn(text) { return true }
        return false
    }
}

extension ValueTest {
    /// Puts the events together of rows that are in question, and clears the byte of each that does not pass.
    func filterEvents(_ mask: UnsafeMutablePointer<UInt8>, _ reader: RowGroupReader, _ scratch: ScanScratch)
        throws(SegmentError)
    {
        for row in 0..<reader.rows where mask[row] != 0 {
            if row & 15 == 0 { try SegmentError.checkCancellation() }
            mask[row] = passes(event: try scratch.event(row, reader)) ? 1 : 0
        }
    }

    private func passes(event: UnsafeRawBufferPointer) -> Bool {
        // What is no UTF-8 is U+FFFD to a test; without such bytes no string has to be made.
        if let text, event.isASCII { return text(event) }
        return value(.string(String(decoding: event, as: UTF8.self)))
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isASCII: Bool {
        var bits: UInt8 = 0
        for byte in self { bits |= byte }
        return bits < 0x80
    }
}
