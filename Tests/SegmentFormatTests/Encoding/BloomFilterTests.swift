import SegmentFormat
import TestSupport
import Testing

@Suite struct BloomFilterTests {
    @Test func nothingIsMissedAndLittleIsFoundWrongly() throws {
        var random = Seeds.announce(4, "filter")
        let count = 5000
        let inside = (0..<count).map { _ in UUIDBytes(high: random.next(), low: random.next()).hash }
        var filter = SplitBlockBloomFilter(values: count)
        for hash in inside { filter.insert(hash: hash) }
        var page = ByteArena()
        filter.append(to: &page)
        #expect(page.bytes.count <= count * Limits.filterBitsPerValue / 8 + 32)
        let read = try SplitBlockBloomFilter(page.bytes)
        extendLifetime(page)
        #expect(inside.allSatisfy { read.mayContain(hash: $0) })
        let wrong = (0..<20_000).count { _ in read.mayContain(hash: random.next()) }
        print("filter: \(Double(wrong) / 200) % false positives")
        // The format promises about 2 %.
        #expect(wrong < 20_000 * 4 / 100)
        let empty = SplitBlockBloomFilter(values: 0)
        #expect(!(0..<1000).contains { _ in empty.mayContain(hash: random.next()) })
    }

    @Test func impossibleSizes() {
        for size in [0, 1, 31, 33, 63] {
            #expect(throws: SegmentError.self) {
                _ = try [UInt8](repeating: 0, count: size).withUnsafeBytes { try SplitBlockBloomFilter($0) }
            }
        }
    }
}
