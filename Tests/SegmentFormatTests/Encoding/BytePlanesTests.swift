import SegmentFormat
import TestSupport
import Testing

@Suite struct BytePlanesTests {
    @Test func planesForAValue() {
        #expect(BytePlanes.planes(for: 0) == 0)
        #expect(BytePlanes.planes(for: 1) == 1 && BytePlanes.planes(for: 255) == 1)
        #expect(BytePlanes.planes(for: 256) == 2 && BytePlanes.planes(for: 0xffff) == 2)
        for plane in 1...8 { #expect(BytePlanes.planes(for: 1 << UInt64(plane * 8 - 1)) == plane) }
        #expect(BytePlanes.planes(for: .max) == 8)
    }

    @Test(arguments: Seeds.fixed) func roundTrip(seed: UInt64) throws {
        var random = Seeds.announce(seed, "byte planes")
        for planes in 0...8 {
            for count in [0, 1, 2, 7, 8, 9, 100] {
                let mask = planes == 0 ? 0 : UInt64.max >> UInt64(64 - planes * 8)
                let values = (0..<count).map { _ in random.next() & mask }
                try check(values, planes: planes)
                if planes <= 4 { try check(values.map { UInt32($0) }, planes: planes) }
                if planes <= 2 { try check(values.map { UInt16($0) }, planes: planes) }
            }
        }
    }

    private func check<T: FixedWidthInteger & UnsignedInteger>(_ values: [T], planes: Int) throws {
        var arena = ByteArena(capacity: 1)
        values.withUnsafeBufferPointer { BytePlanes.append($0, planes: planes, to: &arena) }
        #expect(arena.bytes.count == planes * values.count)
        try #expect(decode(arena.array(), planes: planes, count: values.count) == values)
        // The highest plane comes first.
        if planes > 0, let first = values.first {
            #expect(arena.array()[0] == UInt8(truncatingIfNeeded: first >> T((planes - 1) * 8)))
        }
    }

    private func decode<T: FixedWidthInteger & UnsignedInteger>(
        _ bytes: [UInt8], planes: Int, count: Int
    ) throws -> [T] {
        var found = [T](repeating: .max, count: count)
        try found.withUnsafeMutableBufferPointer { target in
            try bytes.withUnsafeBytes { try BytePlanes.decode($0, planes: planes, into: target) }
        }
        return found
    }

    @Test func wrongSizes() {
        #expect(throws: SegmentError.self) { let _: [UInt32] = try decode([1, 2, 3], planes: 1, count: 2) }
        #expect(throws: SegmentError.self) { let _: [UInt32] = try decode([1], planes: 1, count: 2) }
        #expect(throws: SegmentError.self) { let _: [UInt16] = try decode([1, 2, 3], planes: 3, count: 1) }
        #expect(throws: SegmentError.self) { let _: [UInt64] = try decode([], planes: 9, count: 0) }
    }
}
