import TestSupport
import Testing

@testable import SegmentFormat

/// Columns whose codes follow from others, as a compacted segment has them, and as a hostile one might.
@Suite struct ReferenceTests {
    /// A segment of columns of which each has a page of codes that refers to others.
    private func segment(_ references: [ReferenceColumns?], largest: UInt32 = 1) throws -> SegmentReader {
        var bytes = ByteArena()
        SegmentLayout.appendHeader(to: &bytes)
        var metadata = SegmentMetadata()
        metadata.schema = "references"
        var group = RowGroupInfo()
        group.rows = 4
        let coder = CodeCoder()
        let codes: [UInt32] = [0, largest, 0, largest]
        for (index, reference) in references.enumerated() {
            var entries = ByteArena()
            entries.append(varint: Int(largest))
            for _ in 0..<largest { entries.append(varint: 1) }
            for i in 0..<largest { entries.append(UInt8(truncatingIfNeeded: 0x30 + i % 10)) }
            var column = ColumnInfo(id: UInt16(index), kind: .dictionary, path: "c\(index)")
            let page = append(entries.array(), .dictionary, to: &bytes)
            column.dictionary = DictionaryInfo(
                count: largest, pages: [DictionaryPageInfo(page: page, firstCode: 1, count: largest)])
            metadata.columns.append(column)
            var raw = ByteArena()
            codes.withUnsafeBufferPointer { codes in
                var columns = ReferenceCodes(0, codes, largest: largest)
                columns.columns = reference ?? ReferenceColumns(0)
                coder.encode(
                    codes, as: CodeEncoding(.values, reference: reference != nil), firstNew: 1, partners: nil,
                    reference: reference == nil ? nil : columns, to: &raw)
            }
            var chunk = ChunkInfo()
            chunk.present = 2
            chunk.largestCode = largest
            chunk.codes = append(raw.array(), .codes, to: &bytes)
            group.chunks.append(chunk)
        }
        metadata.rowGroups = [group]
        var footer = ByteArena()
        metadata.encode(to: &footer)
        let place = append(footer.array(), .footer, to: &bytes)
        let end = bytes.count
        bytes.append(integer: place.offset)
        bytes.append(integer: UInt64(place.length))
        bytes.append(
            integer: XXH64.hash(UnsafeRawBufferPointer(start: bytes.base + end, count: 16), seed: UInt64(end + 16)))
        bytes.append(integer: SegmentLayout.magic)
        return try SegmentReader(MemorySource(name: "memory", bytes: bytes.array()))
    }

    private func append(_ raw: [UInt8], _ role: PageHeader.Role, to bytes: inout ByteArena) -> PageReference {
        let offset = UInt64(bytes.count)
        bytes.append(integer: UInt32(raw.count))
        bytes.append(integer: UInt32(raw.count))
        bytes.append(Codec.none.rawValue)
        bytes.append(role.rawValue)
        bytes.append(integer: UInt16(0))
        let checksum = raw.withUnsafeBytes {
            SegmentLayout.pageChecksum(
                header: UnsafeRawBufferPointer(start: bytes.base + Int(offset), count: 12), stored: $0, offset: offset)
        }
        bytes.append(integer: checksum)
        raw.withUnsafeBytes { bytes.append($0) }
        return PageReference(offset: offset, length: UInt32(raw.count + SegmentLayout.pageHeaderBytes))
    }

    private func codes(_ segment: SegmentReader, _ column: Int) throws -> [UInt32] {
        let reader = RowGroupReader(segment)
        reader.open(0)
        return Array(try reader.codes(column))
    }

    @Test func columnsAndPairsAreFollowed() throws {
        let segment = try segment([nil, nil, .init(0), .init(1, 0)])
        for column in 0..<4 { #expect(try codes(segment, column) == [0, 1, 0, 1]) }
        let reader = RowGroupReader(segment)
        reader.open(0)
        #expect(try reader.code(3, 1) == 1)
    }

    @Test(arguments: [
        [ReferenceColumns(0)], [ReferenceColumns(1), ReferenceColumns(0)], [nil, ReferenceColumns(7)],
        [nil, ReferenceColumns(0, 9)], [nil, ReferenceColumns(0, 1)],
    ]) func circlesAndStrayReferencesAreRefused(references: [ReferenceColumns?]) throws {
        let hostile = try segment(references)
        #expect(throws: SegmentError.self) { try codes(hostile, references.count - 1) }
        #expect(throws: SegmentError.self) { try hostile.verify() }
    }

    @Test func chainsAreRefused() throws {
        let chain = try segment([nil, .init(0), .init(1)])
        #expect(throws: SegmentError.self) { try codes(chain, 2) }
    }

    /// What is refused is what no writer makes: the table that such a reference needs is as large as the footer claims.
    @Test func tooManyValuesAreRefused() throws {
        let limit = UInt32(ReferenceCodes.pairLimit)
        #expect(try codes(try segment([nil, .init(0)], largest: limit - 1), 1) == [0, limit - 1, 0, limit - 1])
        let wide = try segment([nil, .init(0)], largest: limit)
        #expect(throws: SegmentError.self) { try codes(wide, 1) }
    }

    @Test func tooManyPairsAreRefused() throws {
        let wide = try segment([nil, nil, .init(0, 1)], largest: 400)
        #expect(throws: SegmentError.self) { try codes(wide, 2) }
    }
}
