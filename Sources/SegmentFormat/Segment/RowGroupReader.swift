/// Decodes the columns of one row group at a time. One a thread.
///
/// What it decodes goes to the store's page cache, or into memory that is used again for the next row group.
package final class RowGroupReader {
    /// The values of a column in the row group that it was decoded for last.
    private struct Slot<Value: BitwiseCopyable> {
        var page: DecodedPage<Value>?
        var group = -1

        /// Memory for `rows` values that nobody else has.
        mutating func room(for rows: Int) -> DecodedPage<Value> {
            group = -1
            if isKnownUniquelyReferenced(&page), let page, page.values.count >= rows { return page }
            let new = DecodedPage<Value>(capacity: rows)
            page = new
            return new
        }
    }

    package let segment: SegmentReader
    package private(set) var group = -1
    /// Made when something has to be decoded.
    private lazy var coder = CodeCoder()
    private var codeSlots: [Slot<UInt32>]
    private var integerSlots: [Int: Slot<Int64>] = [:]
    private var uuidSlots: [Int: Slot<UUIDBytes>] = [:]
    private var partnerDistances: [UInt16]?

    package init(_ segment: SegmentReader) {
        self.segment = segment
        codeSlots = Array(repeating: Slot(), count: segment.metadata.columns.count)
    }

    private func key(_ content: PageCache.Content, _ column: Int) -> PageCache.Key {
        PageCache.Key(segment: segment.number, content: content, column: UInt32(column), position: UInt64(group))
    }

    /// The page of a column from the cache; or else decoded, into memory of the slot, and offered to the cache.
    private func page<Value>(
        _ content: PageCache.Content, _ column: Int, _ slot: inout Slot<Value>,
        decode: (UnsafeMutableBufferPointer<Value>) throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let key = key(content, column)
        if let found = segment.cache?.find(key, as: DecodedPage<Value>.self) {
            slot = Slot(page: found, group: group)
            return
        }
        let page = slot.room(for: rows)
        try decode(UnsafeMutableBufferPointer(rebasing: page.values[..<rows]))
        slot = Slot(page: segment.cache?.insert(key, page) ?? page, group: group)
    }

    private func values<Value>(_ slot: Slot<Value>) -> UnsafeBufferPointer<Value> {
        guard let page = slot.page else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(rebasing: page.values[..<rows])
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

    /// The codes of a column, one a row, each 0 … the number of its dictionary's entries. Valid until the next `open`.
    package func codes(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<UInt32> {
        if codeSlots[column].group != group {
            var slot = codeSlots[column]
            codeSlots[column] = Slot()
            try page(.codes, column, &slot) { (target) throws(SegmentError) in try decodeCodes(column, target) }
            codeSlots[column] = slot
        }
        return values(codeSlots[column])
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
                try coder.decode(raw.bytes, firstNew: chunk.firstNew, partners: partners, into: target)
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

    private func withPartners<R>(
        _ body: (PartnerDistances?) throws(SegmentError) -> R
    ) throws(SegmentError) -> R {
        guard let distances = try partners() else { return try body(nil) }
        let result: Result<R, SegmentError> = distances.withUnsafeBufferPointer { buffer in
            do throws(SegmentError) { return .success(try body(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The typed integers of a column, one a row, meaningful where its code is `typedCode`.
    package func times(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<Int64> {
        var slot = integerSlots[column] ?? Slot()
        if slot.group != group {
            integerSlots[column] = nil
            try page(.integers, column, &slot) { (target) throws(SegmentError) in try decodeIntegers(column, target) }
            integerSlots[column] = slot
        }
        return values(slot)
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

    /// The typed UUIDs of a column, one a row, meaningful where its code is `typedCode`.
    package func uuids(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<UUIDBytes> {
        var slot = uuidSlots[column] ?? Slot()
        if slot.group != group {
            uuidSlots[column] = nil
            try page(.uuids, column, &slot) { (target) throws(SegmentError) in try decodeUUIDs(column, target) }
            uuidSlots[column] = slot
        }
        return values(slot)
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
