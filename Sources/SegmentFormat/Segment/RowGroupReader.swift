/// Decodes the columns of one row group at a time, into memory that is used again for the next. One a thread.
package final class RowGroupReader {
    package let segment: SegmentReader
    package private(set) var group = -1
    private let coder = CodeCoder()
    private var codeBuffers: [UnsafeMutableBufferPointer<UInt32>?]
    private var codesOf: [Int]
    private var timeBuffers: [Int: UnsafeMutableBufferPointer<Int64>] = [:]
    private var timesOf: [Int: Int] = [:]
    private var uuidBuffers: [Int: UnsafeMutableBufferPointer<UUIDBytes>] = [:]
    private var uuidsOf: [Int: Int] = [:]
    private var partnerDistances: [UInt16]?

    package init(_ segment: SegmentReader) {
        self.segment = segment
        codeBuffers = Array(repeating: nil, count: segment.metadata.columns.count)
        codesOf = Array(repeating: -1, count: segment.metadata.columns.count)
    }

    deinit {
        for buffer in codeBuffers { buffer?.deallocate() }
        for buffer in timeBuffers.values { buffer.deallocate() }
        for buffer in uuidBuffers.values { buffer.deallocate() }
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
        let rows = rows
        if codesOf[column] == group, let buffer = codeBuffers[column] {
            return UnsafeBufferPointer(rebasing: buffer[..<rows])
        }
        let buffer = codeBuffers[column] ?? .allocate(capacity: Limits.rowsPerRowGroup)
        codeBuffers[column] = buffer
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<rows])
        let chunk = chunk(column)
        codesOf[column] = -1
        if let reference = chunk.codes {
            let raw = try segment.page(reference, role: .codes)
            defer { extendLifetime(raw) }
            do {
                try withPartners { (partners) throws(SegmentError) in
                    try coder.decode(raw.bytes, firstNew: chunk.firstNew, partners: partners, into: target)
                }
            } catch { throw located(error, reference) }
            // Codes are indices from here on: none may be larger than what the footer says, which was checked against
            // the dictionary when it was read.
            var largest: UInt32 = 0
            for code in target { largest = max(largest, code) }
            guard largest <= chunk.largestCode else {
                throw located(
                    .corrupt("a code over its zone map", expected: "at most \(chunk.largestCode)", found: "\(largest)"),
                    reference)
            }
        } else {
            target.update(repeating: chunk.largestCode)
        }
        codesOf[column] = group
        return UnsafeBufferPointer(target)
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
        let rows = rows
        if timesOf[column] == group, let buffer = timeBuffers[column] {
            return UnsafeBufferPointer(rebasing: buffer[..<rows])
        }
        let buffer = timeBuffers[column] ?? .allocate(capacity: Limits.rowsPerRowGroup)
        timeBuffers[column] = buffer
        guard let reference = chunk(column).typed else {
            buffer.update(repeating: 0)
            timesOf[column] = group
            return UnsafeBufferPointer(rebasing: buffer[..<rows])
        }
        let codes = try codes(column)
        let referenceColumn = segment.metadata.columns.indices.first { index in
            segment.metadata.columns[index].kind == .timestamp && chunk(index).present > 0
        }
        var referenceTimes: UnsafePointer<Int64>?
        if let referenceColumn, referenceColumn != column, segment.metadata.columns[column].kind == .timestamp {
            referenceTimes = try times(referenceColumn).baseAddress
        }
        timesOf[column] = nil
        let raw = try segment.page(reference, role: .integers)
        defer { extendLifetime(raw) }
        do {
            try withPartners { (partners) throws(SegmentError) in
                try IntegerCoder.decode(
                    raw.bytes, rows: rows, isPresent: { codes[$0] == typedCode }, reference: referenceTimes,
                    partners: partners, into: buffer.baseAddress!)
            }
        } catch { throw located(error, reference) }
        timesOf[column] = group
        return UnsafeBufferPointer(rebasing: buffer[..<rows])
    }

    /// The typed UUIDs of a column, one a row, meaningful where its code is `typedCode`.
    package func uuids(_ column: Int) throws(SegmentError) -> UnsafeBufferPointer<UUIDBytes> {
        let rows = rows
        if uuidsOf[column] == group, let buffer = uuidBuffers[column] {
            return UnsafeBufferPointer(rebasing: buffer[..<rows])
        }
        let buffer = uuidBuffers[column] ?? .allocate(capacity: Limits.rowsPerRowGroup)
        uuidBuffers[column] = buffer
        uuidsOf[column] = nil
        if let reference = chunk(column).typed {
            let codes = try codes(column)
            let isIdentity = column == segment.metadata.columns.firstIndex { $0.kind == .uuid }
            let distances = isIdentity ? try partners() : nil
            let raw = try segment.page(reference, role: .uuids)
            defer { extendLifetime(raw) }
            let bytes = raw.bytes
            var next = 0
            for row in 0..<rows where codes[row] == typedCode {
                if let distances, distances[row] != 0 {
                    buffer[row] = buffer[row - Int(distances[row])]
                    continue
                }
                guard next + 16 <= bytes.count else { throw located(.corrupt("too few UUIDs"), reference) }
                buffer[row] = UUIDBytes(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: next + 8, as: UInt64.self)))
                next += 16
            }
            guard next == bytes.count else { throw located(.corrupt("UUIDs left over"), reference) }
        }
        uuidsOf[column] = group
        return UnsafeBufferPointer(rebasing: buffer[..<rows])
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
