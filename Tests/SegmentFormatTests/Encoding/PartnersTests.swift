import SegmentFormat
import TestSupport
import Testing

@Suite struct PartnersTests {
    private func find(_ uuids: [UUIDBytes], _ codes: [UInt32]) -> [UInt16]? {
        codes.withUnsafeBufferPointer { codes in
            guard let found = Partners.find(uuids: uuids, codes: codes) else { return nil }
            defer { found.deallocate() }
            return Array(found)
        }
    }

    @Test func theNearestEarlierRow() {
        let uuids = [1, 2, 1, 3, 1, 2].map { UUIDBytes(high: 7, low: $0) }
        #expect(find(uuids, Array(repeating: typedCode, count: 6)) == [0, 0, 2, 0, 2, 4])
        // A row whose identity is no UUID has no partner and is none.
        #expect(find(uuids, [1, 1, 2, 1, 0, 1]) == [0, 0, 0, 0, 0, 4])
    }

    @Test func tooFewToPay() {
        let uuids = (0..<200).map { UUIDBytes(high: 0, low: $0 == 199 ? 0 : UInt64($0)) }
        #expect(find(uuids, Array(repeating: typedCode, count: 200)) == nil)
    }

    @Test func noPartnerBeforeTheFirstRow() throws {
        func decode(_ distances: [UInt16]) throws -> [UInt16] {
            var arena = ByteArena()
            distances.withUnsafeBufferPointer { BytePlanes.append($0, planes: 2, to: &arena) }
            defer { extendLifetime(arena) }
            return try Partners.decode(arena.bytes, rows: distances.count)
        }
        try #expect(decode([0, 1, 2]) == [0, 1, 2])
        #expect(throws: SegmentError.self) { try decode([1, 0, 0]) }
        #expect(throws: SegmentError.self) { try decode([0, 1, 3]) }
        #expect(throws: SegmentError.self) {
            _ = try Partners.decode(UnsafeRawBufferPointer(start: nil, count: 0), rows: 1)
        }
    }
}
