/// A split-block Bloom filter: one cache-line half a probe, eight bits a value spread over its eight words.
///
/// The construction is Parquet's (apache/parquet-format, `BloomFilter.md`; Putze, Sanders and Singler, "Cache-, hash- and
/// space-efficient Bloom filters", 2007), with blocks of 256 bits and the multiplicative salts of that document.
package struct SplitBlockBloomFilter: Sendable {
    private static let salts: SIMD8<UInt32> = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]
    private var blocks: [SIMD8<UInt32>]

    /// - Parameter values: how many distinct values will be inserted.
    package init(values: Int) {
        let blocks = max(1, (values * Limits.filterBitsPerValue + 255) / 256)
        self.blocks = Array(repeating: .zero, count: blocks)
    }

    private static func mask(_ hash: UInt64) -> SIMD8<UInt32> {
        let key = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: hash))
        return SIMD8<UInt32>(repeating: 1) &<< ((key &* salts) &>> 27)
    }

    private func block(_ hash: UInt64) -> Int {
        Int(((hash >> 32) &* UInt64(blocks.count)) >> 32)
    }

    package mutating func insert(hash: UInt64) { blocks[block(hash)] |= Self.mask(hash) }

    package func mayContain(hash: UInt64) -> Bool {
        let mask = Self.mask(hash)
        return (blocks[block(hash)] & mask) == mask
    }

    package func append(to output: inout ByteArena) {
        for block in blocks { for i in 0..<8 { output.append(integer: block[i]) } }
    }

    package init(_ page: UnsafeRawBufferPointer) throws(SegmentError) {
        guard page.count > 0, page.count % 32 == 0 else { throw .corrupt("a filter of an impossible size") }
        var reader = ByteReader(page, context: "a filter")
        blocks = []
        blocks.reserveCapacity(page.count / 32)
        for _ in 0..<page.count / 32 {
            var block = SIMD8<UInt32>.zero
            for i in 0..<8 { block[i] = try reader.integer() }
            blocks.append(block)
        }
    }
}
