/// What a segment is written for.
package enum SegmentProfile: Sendable {
    /// By ingest: speed. lz4, the simplest encodings, no partners.
    case young
    /// By compaction: size, and not slower to query. zstd, encodings by trial, partners.
    case compacted

    /// Uncompressed bytes of a page of documents.
    var documentPageBytes: Int {
        switch self {
        case .young: Limits.youngDocumentPageBytes
        case .compacted: Limits.documentPageBytes
        }
    }
}

/// Writes a segment front to back: row groups as they come, then dictionaries, then the footer.
///
/// Memory is that of one row group's encoded pages; what is finished goes to the sink. Without a sink it stays in memory.
package final class SegmentWriter {
    package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    private let schema: String
    private var metadata = SegmentMetadata()
    private var output = ByteArena(capacity: 2 << 20)
    private var raw = ByteArena(capacity: 1 << 18)
    private var flushed: UInt64 = 0
    private let sink: Sink?
    package let profile: SegmentProfile
    private let compressor: Compressor

    package init(
        schema: String, profile: SegmentProfile, compressor: Compressor, sink: Sink?
    ) {
        self.schema = schema
        self.profile = profile
        self.compressor = compressor
        self.sink = sink
        startSegment()
    }

    /// Starts the next segment, once the last is finished or given up. The memory is kept: getting it anew from the system
    /// for each chunk is a part of the time of ingest.
    package func startSegment() {
        metadata = SegmentMetadata()
        metadata.schema = schema
        flushed = 0
        output.removeAll(keepingAtMost: 8 << 20)
        SegmentLayout.appendHeader(to: &output)
    }

    /// Bytes written so far.
    package var bytesWritten: UInt64 { flushed + UInt64(output.count) }

    /// Adds a column; a column may be added after row groups were written, which then have no value in it.
    package func addColumn(id: UInt16, kind: ColumnKind, path: String) {
        metadata.columns.append(ColumnInfo(id: id, kind: kind, path: path))
        for i in metadata.rowGroups.indices {
            var chunk = ChunkInfo()
            if kind == .document { chunk.documents = DictionaryInfo() }
            metadata.rowGroups[i].chunks.append(chunk)
        }
    }

    package var columnCount: Int { metadata.columns.count }

    /// For writers that learn the size of the text elsewhere than row group by row group.
    package func addRawBytes(_ n: UInt64) { metadata.rawBytes += n }

    // MARK: Row groups

    /// - Parameters:
    ///   - chunks: one a column, in the order of `addColumn`; nil where no row has a value.
    ///   - rawBytes: the bytes of the events with their line ends.
    ///   - documents: what `appendDocuments` gave, for columns of documents whose chunk has none of its own.
    package func appendRowGroup(
        rows: Int, rawBytes: UInt64, chunks: [ChunkInput?], documents: DictionaryInfo? = nil
    ) throws {
        precondition(chunks.count == metadata.columns.count && rows > 0 && rows <= Limits.rowsPerRowGroup)
        var group = RowGroupInfo()
        group.rows = UInt32(rows)
        metadata.rawBytes += rawBytes

        var distances: UnsafeMutableBufferPointer<UInt16>?
        defer { distances?.deallocate() }
        if profile == .compacted,
            let identity = metadata.columns.indices.first(where: { metadata.columns[$0].kind == .uuid }),
            let chunk = chunks[identity], let uuids = chunk.uuids
        {
            distances = Partners.find(uuids: uuids, codes: chunk.codes)
            if let distances {
                raw.removeAll()
                BytePlanes.append(UnsafeBufferPointer(distances), planes: 2, to: &raw)
                group.partners = appendPage(.partners, level: 19)
            }
        }
        let partners = distances.map { PartnerDistances($0) }
        let reference = ReferenceTimes(metadata.columns, chunks)
        let encodings = profile == .compacted ? chooseEncodings(chunks, partners: partners) : [:]

        for (index, input) in chunks.enumerated() {
            var info = ChunkInfo()
            let kind = metadata.columns[index].kind
            if let input {
                precondition(input.codes.count == rows)
                let summary = CodeSummary(input.codes)
                info.smallestCode = summary.smallest
                info.largestCode = summary.largest
                info.present = UInt32(rows - summary.absent)
                info.firstNew = input.firstNew
                if info.smallestCode != info.largestCode {
                    info.codes = appendCodes(input, summary, chunks, partners: partners, encodings[index])
                }
                if let times = input.times {
                    // Sequences count up; of the times, each but the first is near the first of its row.
                    let isDelta = kind == .sequence || index == reference?.column
                    withExtendedLifetime(reference) {
                        appendTimes(times, input.codes, partners: partners, isDelta ? nil : reference?.times, &info)
                    }
                }
                if let uuids = input.uuids {
                    // Partners share their first identity, and no other.
                    let isIdentity = index == metadata.columns.firstIndex { $0.kind == .uuid }
                    appendUUIDs(uuids, input.codes, partners: isIdentity ? partners : nil, &info)
                }
                if kind == .document {
                    info.documents = input.documents.map { appendDictionary($0, isDocument: true) } ?? documents
                }
            }
            if kind == .document, info.documents == nil { info.documents = DictionaryInfo() }
            group.chunks.append(info)
            try compressor.keepPace()
            try flush(over: 1 << 20)
        }
        metadata.rowGroups.append(group)
    }

    /// By column, for those whose rows do not all have the same code.
    private func chooseEncodings(
        _ chunks: [ChunkInput?], partners: PartnerDistances?
    ) -> [Int: (encoding: CodeEncoding, reference: ReferenceColumns?)] {
        var candidates: [ReferenceChoice.Candidate] = []
        for (column, input) in chunks.enumerated() {
            guard let input, compressor.goesOn() else { continue }
            let summary = CodeSummary(input.codes)
            guard summary.smallest != summary.largest else { continue }
            let (encoding, bytes) = EncodingChoice.smallest(
                input, partners: partners, coder: compressor.coder, compressor: compressor)
            candidates.append(
                ReferenceChoice.Candidate(
                    column: column, input: input, largest: summary.largest, encoding: encoding, bytes: bytes,
                    canForetell: metadata.columns[column].kind == .dictionary))
        }
        return ReferenceChoice(candidates, partners: partners, coder: compressor.coder, compressor: compressor).choose()
    }

    /// - Parameter chosen: what was found best by trial; nil for what can be seen at a glance.
    private func appendCodes(
        _ input: ChunkInput, _ summary: CodeSummary, _ chunks: [ChunkInput?], partners: PartnerDistances?,
        _ chosen: (encoding: CodeEncoding, reference: ReferenceColumns?)?
    ) -> PageReference {
        let encoding = chosen?.encoding ?? EncodingChoice.quick(summary, rows: input.codes.count)
        raw.removeAll()
        withReference(chosen?.reference, chunks) { reference in
            compressor.coder.encode(
                input.codes, as: encoding, firstNew: input.firstNew, partners: encoding.partner ? partners : nil,
                reference: reference, to: &raw)
        }
        return appendPage(.codes, level: 19)
    }

    private func withReference(_ columns: ReferenceColumns?, _ chunks: [ChunkInput?], _ body: (ReferenceCodes?) -> Void)
    {
        func codes(_ column: Int) -> ReferenceCodes {
            let codes = chunks[column]!.codes
            return ReferenceCodes(column, codes, largest: CodeSummary(codes).largest)
        }
        guard let columns else { return body(nil) }
        guard let second = columns.second else { return body(codes(columns.first)) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Limits.rowsPerRowGroup) { pairs in
            body(ReferenceCodes(codes(columns.first), codes(second), in: pairs))
        }
    }

    private func appendTimes(
        _ times: UnsafePointer<Int64>, _ codes: UnsafeBufferPointer<UInt32>, partners: PartnerDistances?,
        _ reference: UnsafePointer<Int64>?, _ info: inout ChunkInfo
    ) {
        var smallest = Int64.max
        var largest = Int64.min
        for i in 0..<codes.count where codes[i] == typedCode {
            smallest = min(smallest, times[i])
            largest = max(largest, times[i])
        }
        guard smallest <= largest else { return }
        info.smallestValue = smallest
        info.largestValue = largest
        raw.removeAll()
        IntegerCoder.encode(
            times, rows: codes.count, isPresent: { codes[$0] == typedCode },
            form: reference == nil ? .delta : .relative, reference: reference,
            // The first column of times differs between partners by nature.
            partners: reference == nil ? nil : partners, to: &raw)
        info.typed = appendPage(.integers, level: 19)
    }

    private func appendUUIDs(
        _ uuids: UnsafePointer<UUIDBytes>, _ codes: UnsafeBufferPointer<UInt32>, partners: PartnerDistances?,
        _ info: inout ChunkInfo
    ) {
        raw.removeAll()
        var hashes: [UInt64] = []
        hashes.reserveCapacity(codes.count)
        for i in 0..<codes.count where codes[i] == typedCode && (partners == nil || partners?[i] == 0) {
            raw.append(integer: uuids[i].high.bigEndian)
            raw.append(integer: uuids[i].low.bigEndian)
            hashes.append(uuids[i].hash)
        }
        guard !hashes.isEmpty else { return }
        // Random bytes do not compress; not trying is the faster way to find out.
        info.typed = appendPage(.uuids, policy: nil)
        var filter = SplitBlockBloomFilter(values: hashes.count)
        for hash in hashes { filter.insert(hash: hash) }
        raw.removeAll()
        filter.append(to: &raw)
        info.filter = appendPage(.filter, policy: nil)
    }

    // MARK: Dictionaries and the end

    /// Sets the dictionary of a column: its pages go before the footer.
    package func appendDictionary(_ input: DictionaryInput, ofColumn index: Int) throws {
        metadata.columns[index].dictionary = appendDictionary(input, isDocument: false)
        try compressor.keepPace()
        try flush(over: 1 << 20)
    }

    private func appendDictionary(_ input: DictionaryInput, isDocument: Bool) -> DictionaryInfo {
        var info = DictionaryInfo()
        info.count = UInt32(input.count)
        let limit = isDocument ? profile.documentPageBytes : Limits.dictionaryPageBytes
        var code = 1
        while code <= input.count, compressor.goesOn() {
            var end = code
            var bytes = 0
            while end <= input.count {
                let n = input.entry(end).count
                guard end == code || bytes + n <= limit else { break }
                bytes += n
                end += 1
            }
            raw.removeAll(keepingAtMost: 8 << 20)
            raw.append(varint: end - code)
            for c in code..<end { raw.append(varint: input.entry(c).count) }
            for c in code..<end { raw.append(input.entry(c)) }
            // Young bodies that are written anew are those of a chunk that spans midnight. Higher levels than 12 take three
            // times as long on bodies, and make them no smaller (Docs/Decisions.md).
            let page =
                isDocument
                ? appendPage(.dictionary, policy: .strong(level: profile == .young ? 3 : 12))
                : appendPage(.dictionary, level: 19)
            info.pages.append(DictionaryPageInfo(page: page, firstCode: UInt32(code), count: UInt32(end - code)))
            code = end
        }
        return info
    }

    /// Writes the documents of the next row group, which all its columns of documents share: a response repeats its
    /// request, and what is shared is stored once.
    package func appendDocuments(_ fragments: inout FragmentEncoder) throws -> DictionaryInfo {
        var info = DictionaryInfo()
        info.count = UInt32(fragments.count)
        guard fragments.count > 0 else { return info }
        let page = appendPage(.dictionary, rawBytes: fragments.pageBytes) {
            compressor.append(&fragments, to: &output)
            return .fragments
        }
        info.pages = [DictionaryPageInfo(page: page, firstCode: 1, count: info.count)]
        try flush(over: 1 << 20)
        return info
    }

    /// Writes the footer and the trailer. Nothing may be added after.
    package func finish() throws -> SegmentMetadata {
        raw.removeAll()
        metadata.encode(to: &raw)
        // A young one is written for each chunk of ingest; setting up a higher level takes longer than compressing it.
        let footer = appendPage(.footer, policy: .strong(level: profile == .young ? 1 : 9))
        let trailer = output.count
        output.append(integer: footer.offset)
        output.append(integer: UInt64(footer.length))
        output.append(
            integer: XXH64.hash(UnsafeRawBufferPointer(start: output.base + trailer, count: 16), seed: bytesWritten))
        output.append(integer: SegmentLayout.magic)
        try flush(over: 0)
        return metadata
    }

    private func appendPage(_ role: PageHeader.Role, level: Int32) -> PageReference {
        appendPage(role, policy: profile == .young ? .fast() : .strong(level: level))
    }

    /// Appends `raw` as a page.
    private func appendPage(_ role: PageHeader.Role, policy: CompressionPolicy?) -> PageReference {
        appendPage(role, rawBytes: raw.count) {
            if let policy { return compressor.append(raw.bytes, to: &output, policy: policy) }
            output.append(raw.bytes)
            return .none
        }
    }

    /// - Parameter store: appends the stored bytes to `output` and tells how.
    private func appendPage(_ role: PageHeader.Role, rawBytes: Int, store: () -> Codec) -> PageReference {
        let start = output.count
        let offset = bytesWritten
        output.append(integer: UInt32(0))
        output.append(integer: UInt32(rawBytes))
        output.append(UInt8(0))
        output.append(role.rawValue)
        output.append(integer: UInt16(0))
        output.append(integer: UInt64(0))
        let codec = store()
        let stored = output.count - start - SegmentLayout.pageHeaderBytes
        let header = output.base + start
        header.storeBytes(of: UInt32(stored).littleEndian, as: UInt32.self)
        header.storeBytes(of: codec.rawValue, toByteOffset: 8, as: UInt8.self)
        let checksum = SegmentLayout.pageChecksum(
            header: UnsafeRawBufferPointer(start: header, count: 12),
            stored: UnsafeRawBufferPointer(start: header + SegmentLayout.pageHeaderBytes, count: stored), offset: offset
        )
        header.storeBytes(of: checksum.littleEndian, toByteOffset: 12, as: UInt64.self)
        return PageReference(offset: offset, length: UInt32(stored + SegmentLayout.pageHeaderBytes))
    }

    /// Without a sink, all of the segment once it is finished.
    package func withUnflushedBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(output.bytes)
    }

    private func flush(over limit: Int) throws {
        guard let sink, output.count > limit else { return }
        try sink(output.bytes)
        flushed += UInt64(output.count)
        output.removeAll(keepingAtMost: 8 << 20)
    }
}
