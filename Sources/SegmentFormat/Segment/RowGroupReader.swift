/// Gives the values of one row group at a time. One a thread.
///
/// Whole columns are decoded into memory that is used again for the next row group; decoded pages go to the store's page cache
/// and come from there. Single rows are read from the page itself.
package final class RowGroupReader {
    /// What is at hand of a column, and of which row group.
    private struct Column {
        var codes: UnsafeMutableBufferPointer<UInt32>?
        var codesGroup = -1
        var codePage: PackedPage?
        var codePageGroup = -1
        var integers: UnsafeMutableBufferPointer<Int64>?
        var integersGroup = -1
        var integerPage: PackedPage?
        var integerPageGroup = -1
        var uuidPage: PackedPage?
        var uuidPageGroup = -1
    }

    package let segment: SegmentReader
    package private(set) var group = -1
    /// Made when something has to be decoded.
    private lazy var coder = CodeCoder()
    private var columns: [Column]
    /// Memory for columns that are packed at once.
    private var unpacked: UnsafeMutableBufferPointer<UInt32>?
    private var partnerDistances: [UInt16]?
    /// Memory for the codes of two columns as one.
    private var pairs: UnsafeMutableBufferPointer<UInt32>?
    /// Columns that are being decoded for others.
    private var referenceDepth = 0

    package init(_ segment: SegmentReader) {
        self.segment = segment
        columns = Array(repeating: Column(), count: segment.metadata.columns.count)
    }

    deinit {
        unpacked?.deallocate()
        pairs?.deallocate()
        for column in columns {
            column.codes?.deallocate()
            column.integers?.deallocate()
        }
    }

    package var info: RowGroupInfo { segment.metadata.rowGroups[group] }
    package var rows: Int { Int(segment.metadata.rowGroups[group].rows) }

    /// Goes to a row group; what was decoded of the former one is forgotten.
    package func open(_ group: Int) {
        guard group != self.group else { return }
        self.group = group
        partnerDistances = nil
    }

    package func chunk(_ column: Int) -> ChunkInfo { segment.metadata.rowGroups[group].chunks[column] }

    private func located(_ error: SegmentError, _ page: PageReference) -> SegmentError {
        var error = error
        error.offset = error.offset ?? page.offset
        return error.inFile(segment.source.name)
    }

    private func partners() throws(SegmentError) -> [UInt16]? {
        if let partnerDistances { return partnerDistances }
        guard let reference = info.partners else { return nil }
        let raw = try segment.page(reference, role: .partners)
        defer { extendLifetime(raw) }
        do { partnerDistances = try Partners.decode(raw.bytes, rows: rows) } catch { throw located(error, reference) }
        return partnerDistances
    }

    private func key(_ content: PageCache.Content, _ column: Int) -> PageCache.Key {
        PageCache.Key(segment: segment.number, content: content, column: UInt32(column), position: UInt64(group))
    }

    /// A page with room for so many bytes: one that was used before, if nobody else has it.
    private static func room(_ page: inout PackedPage?, _ bytes: Int) -> PackedPage {
        if isKnownUniquelyReferenced(&page), let page, page.capacity >= bytes { return page }
        let new = PackedPage(capacity: bytes)
        page = new
        return new
    }

    // MARK: Codes

    /// The codes of a column, one a row, each 0 … the number of its dictionary's entries. Valid until the next `open`.
    package func codes(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<UInt32> {
        let buffer = columns[column].codes ?? .allocate(capacity: Limits.rowsPerRowGroup)
        columns[column].codes = buffer
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<rows])
        guard columns[column].codesGroup != group else { return UnsafeBufferPointer(target) }
        columns[column].codesGroup = -1
        if chunk(column).codes == nil {
            target.update(repeating: chunk(column).largestCode)
        } else if let page = codePage(column) {
            page.widen(into: target)
        } else {
            try decodeCodes(column, target)
            if segment.cache != nil { keep(target, column) }
        }
        columns[column].codesGroup = group
        return UnsafeBufferPointer(target)
    }

    /// The code of all rows, where it is one.
    package func constantCode(_ column: Int) -> UInt32? {
        let chunk = chunk(column)
        return chunk.codes == nil ? chunk.largestCode : nil
    }

    /// The code of one row.
    package func code(_ column: Int, _ row: Int) throws(SegmentError) -> UInt32 {
        if columns[column].codesGroup == group { return columns[column].codes![row] }
        if columns[column].codePageGroup != group, chunk(column).codes == nil { return chunk(column).largestCode }
        if let page = codePage(column) { return page.code(row) }
        let buffer = unpacked ?? .allocate(capacity: Limits.rowsPerRowGroup)
        unpacked = buffer
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<rows])
        try decodeCodes(column, target)
        keep(target, column)
        return target[row]
    }

    private func codePage(_ column: Int) -> PackedPage? {
        if columns[column].codePageGroup != group {
            guard let page = segment.cache?.find(key(.codes, column), as: PackedPage.self) else { return nil }
            columns[column].codePage = page
            columns[column].codePageGroup = group
        }
        return columns[column].codePage
    }

    private func keep(_ codes: UnsafeMutableBufferPointer<UInt32>, _ column: Int) {
        let width = PackedPage.width(ofCodesUpTo: chunk(column).largestCode)
        let page = Self.room(&columns[column].codePage, width * rows)
        page.pack(UnsafeBufferPointer(codes), width: width)
        columns[column].codePage = segment.cache?.insert(key(.codes, column), page) ?? page
        columns[column].codePageGroup = group
    }

    private func decodeCodes(_ column: Int, _ target: UnsafeMutableBufferPointer<UInt32>) throws(SegmentError) {
        let chunk = chunk(column)
        guard let reference = chunk.codes else {
            target.update(repeating: chunk.largestCode)
            return
        }
        let raw = try segment.page(reference, role: .codes)
        defer { extendLifetime(raw) }
        do {
            try withPartners { (partners) throws(SegmentError) in
                try coder.decode(
                    raw.bytes, firstNew: chunk.firstNew, partners: partners,
                    reference: { (other) throws(SegmentError) in try referenceCodes(other) }, into: target)
            }
        } catch { throw located(error, reference) }
        // Codes are indices from here on: none may be larger than what the footer says, which was checked against the
        // dictionary when it was read.
        var largest: UInt32 = 0
        for code in target { largest = max(largest, code) }
        guard largest <= chunk.largestCode else {
            throw located(
                .corrupt("a code over its zone map", expected: "at most \(chunk.largestCode)", found: "\(largest)"),
                reference)
        }
    }

    /// The codes of columns that another's page refers to.
    private func referenceCodes(_ others: ReferenceColumns) throws(SegmentError) -> ReferenceCodes {
        // Writers make no longer chains; a damaged or hostile file may make them as long as it likes, or circles.
        guard others.first < columns.count, others.second ?? 0 < columns.count, referenceDepth < ReferenceChoice.depth
        else {
            throw .corrupt("a page of codes refers to a column that it cannot refer to")
        }
        referenceDepth += 1
        defer { referenceDepth -= 1 }
        let first = ReferenceCodes(others.first, try codes(others.first), largest: chunk(others.first).largestCode)
        // A footer may claim any number of entries, and there is a table of them.
        guard first.largest < ReferenceCodes.pairLimit else {
            throw .corrupt("a page of codes refers to a column of too many values")
        }
        guard let other = others.second else { return first }
        let second = ReferenceCodes(other, try codes(other), largest: chunk(other).largestCode)
        // What they refer to themselves is done with, so the memory is free.
        let buffer = pairs ?? .allocate(capacity: Limits.rowsPerRowGroup)
        pairs = buffer
        guard let both = ReferenceCodes(first, second, in: buffer) else {
            throw .corrupt("a page of codes refers to columns of too many pairs")
        }
        return both
    }

    private func withPartners<R>(
        _ body: (PartnerDistances?) throws(SegmentError) -> R
    ) throws(SegmentError) -> R {
        guard let distances = try partners() else { return try body(nil) }
        let result: Result<R, SegmentError> = distances.withUnsafeBufferPointer { buffer in
            do throws(SegmentError) { return .success(try body(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    // MARK: Typed values

    /// The typed integers of a column, one a row, meaningful where its code is `typedCode`. Valid until the next `open`.
    package func times(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<Int64> {
        let buffer = columns[column].integers ?? .allocate(capacity: Limits.rowsPerRowGroup)
        columns[column].integers = buffer
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<rows])
        guard columns[column].integersGroup != group else { return UnsafeBufferPointer(target) }
        columns[column].integersGroup = -1
        if let page = integerPage(column) {
            page.widen(into: target)
        } else {
            try decodeIntegers(column, target)
            if segment.cache != nil, chunk(column).typed != nil {
                let (base, width) = PackedPage.form(of: UnsafeBufferPointer(target))
                let page = Self.room(&columns[column].integerPage, width * rows)
                page.pack(UnsafeBufferPointer(target), base: base, width: width)
                columns[column].integerPage = segment.cache?.insert(key(.integers, column), page) ?? page
                columns[column].integerPageGroup = group
            }
        }
        columns[column].integersGroup = group
        return UnsafeBufferPointer(target)
    }

    /// The typed integer of one row, meaningful if its code is `typedCode`.
    package func time(_ column: Int, _ row: Int) throws(SegmentError) -> Int64 {
        if columns[column].integersGroup == group { return columns[column].integers![row] }
        if let page = integerPage(column) { return page.integer(row) }
        return try times(column)[row]
    }

    private func integerPage(_ column: Int) -> PackedPage? {
        if columns[column].integerPageGroup != group {
            guard let page = segment.cache?.find(key(.integers, column), as: PackedPage.self) else { return nil }
            columns[column].integerPage = page
            columns[column].integerPageGroup = group
        }
        return columns[column].integerPage
    }

    private func decodeIntegers(_ column: Int, _ target: UnsafeMutableBufferPointer<Int64>) throws(SegmentError) {
        guard let reference = chunk(column).typed else {
            target.update(repeating: 0)
            return
        }
        let codes = try codes(column)
        let referenceColumn = segment.metadata.columns.indices.first { index in
            segment.metadata.columns[index].kind == .timestamp && chunk(index).present > 0
        }
        var referenceTimes: UnsafePointer<Int64>?
        if let referenceColumn, referenceColumn != column, segment.metadata.columns[column].kind == .timestamp {
            referenceTimes = try times(referenceColumn).baseAddress
        }
        let raw = try segment.page(reference, role: .integers)
        defer { extendLifetime(raw) }
        do {
            try withPartners { (partners) throws(SegmentError) in
                try IntegerCoder.decode(
                    raw.bytes, rows: target.count, isPresent: { codes[$0] == typedCode }, reference: referenceTimes,
                    partners: partners, into: target.baseAddress!)
            }
        } catch { throw located(error, reference) }
    }

    /// The typed UUIDs of a column, one a row, meaningful where its code is `typedCode`. Valid until the next `open`.
    package func uuids(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<UUIDBytes> {
        if columns[column].uuidPageGroup != group {
            let key = key(.uuids, column)
            if let page = segment.cache?.find(key, as: PackedPage.self) {
                columns[column].uuidPage = page
            } else {
                columns[column].uuidPageGroup = -1
                let page = Self.room(&columns[column].uuidPage, rows * MemoryLayout<UUIDBytes>.stride)
                try decodeUUIDs(column, page.uuids(rows))
                columns[column].uuidPage = segment.cache?.insert(key, page) ?? page
            }
            columns[column].uuidPageGroup = group
        }
        return UnsafeBufferPointer(columns[column].uuidPage!.uuids(rows))
    }

    private func decodeUUIDs(_ column: Int, _ target: UnsafeMutableBufferPointer<UUIDBytes>) throws(SegmentError) {
        guard let reference = chunk(column).typed else { return }
        let codes = try codes(column)
        let isIdentity = column == segment.metadata.columns.firstIndex { $0.kind == .uuid }
        let distances = isIdentity ? try partners() : nil
        let raw = try segment.page(reference, role: .uuids)
        defer { extendLifetime(raw) }
        let bytes = raw.bytes
        var next = 0
        for row in 0..<target.count where codes[row] == typedCode {
            if let distances, distances[row] != 0 {
                target[row] = target[row - Int(distances[row])]
                continue
            }
            guard next + 16 <= bytes.count else { throw located(.corrupt("too few UUIDs"), reference) }
            target[row] = UUIDBytes(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: next + 8, as: UInt64.self)))
            next += 16
        }
        guard next == bytes.count else { throw located(.corrupt("UUIDs left over"), reference) }
    }

    /// Whether the row group can hold this UUID in the column.
    package func mayContain(_ uuid: UUIDBytes, column: Int) throws(SegmentError) -> Bool {
        guard let reference = chunk(column).filter else { return false }
        let raw = try segment.page(reference, role: .filter)
        defer { extendLifetime(raw) }
        do { return try SplitBlockBloomFilter(raw.bytes).mayContain(hash: uuid.hash) } catch {
            throw located(error, reference)
        }
    }
}
