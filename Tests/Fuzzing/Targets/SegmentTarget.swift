import Shredding
import TestSupport

@testable import SegmentFormat

/// A segment: any bytes; pages of a real one with bytes exchanged under right checksums; and the decoders beneath.
enum SegmentTarget {
    private static let base: (bytes: [UInt8], pages: [PageReference]) = {
        do {
            let text = TestSupport.text((0..<12).map { SmallLogs.event($0) })
            let bytes = try SegmentBuilder.test().shred(text).segment!
            let metadata = try SegmentReader(bytes).metadata
            var pages = metadata.columns.flatMap(\.dictionary.pages).map(\.page)
            for group in metadata.rowGroups {
                pages += group.chunks.flatMap { chunk in
                    [chunk.codes, chunk.typed, chunk.filter].compactMap { $0 }
                        + (chunk.documents?.pages ?? []).map(\.page)
                }
            }
            return (bytes, pages)
        } catch { fatalError("\(error)") }
    }()

    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        guard let mode = input.first else { return 0 }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        switch mode % 5 {
        case 0: read(Array(rest))
        case 1: read(exchanged(rest))
        case 2: _ = try? SegmentMetadata(decoding: rest)
        case 3:
            var page = ByteArena(capacity: rest.count)
            page.append(rest)
            let info = DictionaryPageInfo(
                page: PageReference(offset: 0, length: 0), firstCode: 1, count: UInt32(rest.first ?? 0))
            if let dictionary = try? DictionaryPage(page, info: info) {
                var sum = 0
                for i in 0..<dictionary.count { for byte in dictionary[i] { sum &+= Int(byte) } }
                expect(sum >= 0, "sums of bytes are not negative")
            }
        default:
            guard rest.count >= 3, let codec = Codec(rawValue: rest[0] % 4) else { return 0 }
            let count = Int(rest[1]) * 256 + Int(rest[2])
            var target = ByteArena(capacity: count)
            _ = try? decompress(
                UnsafeRawBufferPointer(rebasing: rest[3...]), codec: codec, into: target.base, count: count)
            target.removeAll()
        }
        return 0
    }

    /// The real segment: three bytes of the input name a page, a place and a new value.
    private static func exchanged(_ edits: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes = base.bytes
        var touched: Set<Int> = []
        for start in stride(from: 0, to: edits.count - 2, by: 3) {
            let index = Int(edits[start]) % base.pages.count
            let page = base.pages[index]
            bytes[Int(page.offset) + Int(edits[start + 1]) % Int(page.length)] = edits[start + 2]
            touched.insert(index)
        }
        for page in touched.map({ base.pages[$0] }) {
            let range = Int(page.offset)..<Int(page.offset) + Int(page.length)
            bytes.withUnsafeMutableBytes { bytes in
                let page = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
                let checksum = SegmentLayout.pageChecksum(
                    header: UnsafeRawBufferPointer(rebasing: page[..<12]),
                    stored: UnsafeRawBufferPointer(rebasing: page[SegmentLayout.pageHeaderBytes...]),
                    offset: UInt64(range.lowerBound))
                page.storeBytes(of: checksum.littleEndian, toByteOffset: 12, as: UInt64.self)
            }
        }
        return bytes
    }

    private static func read(_ bytes: [UInt8]) {
        do {
            let segment = try SegmentReader(bytes)
            try? segment.verify()
            let reader = RowGroupReader(segment)
            for group in segment.metadata.rowGroups.indices {
                reader.open(group)
                for column in segment.metadata.columns.indices {
                    _ = try? reader.codes(column)
                    _ = try? reader.times(column)
                    _ = try? reader.uuids(column)
                }
            }
            _ = try segment.events()
        } catch is SegmentError {} catch { fatalError("\(error)") }
    }
}
