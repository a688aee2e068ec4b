import SegmentFormat
import TestSupport
import Testing

@testable import SegmentFormat

/// The file that says which rows of a segment are deleted.
@Suite struct TombstoneFileTests {
    private static func bytes(_ rows: RowSet, segment: UInt64) -> [UInt8] {
        TombstoneFile.encode(rows, segment: segment).array()
    }

    private static func decode(_ bytes: [UInt8], segment: UInt64) throws -> RowSet {
        try bytes.withUnsafeBytes { try TombstoneFile.decode($0, segment: segment) }
    }

    private static func random(_ random: inout SeededRandom) -> RowSet {
        let counts = (0..<random.below(5)).map { _ in random.oneIn(3) ? 65_536 : random.below(200) }
        var rows = RowSet(rowCounts: counts)
        for (group, count) in counts.enumerated() {
            switch random.below(5) {
            case 0: break
            case 1: rows.insert(0..<UInt32(count), group: group)
            case 2: rows.insert((0..<UInt32(count)).filter { _ in random.oneIn(2) }, group: group)
            case 3: rows.insert((0..<UInt32(count)).filter { _ in random.oneIn(50) }, group: group)
            default: rows.insert((0..<UInt32(count)).filter { $0 / 7 % 3 == 0 }, group: group)
            }
        }
        return rows
    }

    @Test(arguments: Seeds.fixed) func roundTrip(seed: UInt64) throws {
        var random = Seeds.announce(seed, "tombstones")
        for _ in 0..<20 {
            let rows = Self.random(&random)
            let bytes = Self.bytes(rows, segment: 7)
            #expect(bytes.count <= TombstoneFile.sizeLimit)
            let found = try Self.decode(bytes, segment: 7)
            #expect(found.count == rows.count && found.subtracting(rows).isEmpty && rows.subtracting(found).isEmpty)
        }
    }

    @Test(arguments: Seeds.fixed) func sets(seed: UInt64) throws {
        var random = Seeds.announce(seed, "row sets")
        let counts = [100, 0, 64, 130]
        func pick() -> (RowSet, Set<Int>) {
            var rows = RowSet(rowCounts: counts)
            var known: Set<Int> = []
            for _ in 0..<random.below(200) {
                let group = random.pick([0, 2, 3])
                let row = random.below(counts[group])
                rows.insert([UInt32(row)], group: group)
                known.insert(group * 1000 + row)
            }
            return (rows, known)
        }
        func elements(_ rows: RowSet) -> Set<Int> {
            Set(counts.indices.flatMap { group in rows.rows(group: group).map { group * 1000 + Int($0) } })
        }
        let all = Set(counts.indices.flatMap { group in (0..<counts[group]).map { group * 1000 + $0 } })
        for _ in 0..<30 {
            let ((a, left), (b, right)) = (pick(), pick())
            #expect(elements(a) == left && a.count == left.count && a.isEmpty == left.isEmpty)
            #expect(elements(a.union(b)) == left.union(right))
            #expect(elements(a.subtracting(b)) == left.subtracting(right))
            #expect(elements(a.intersection(b)) == left.intersection(right))
            #expect(elements(a.complement) == all.subtracting(left))
            #expect(a.union(a.complement).isAll && !a.isAll)
        }
    }

    /// A bit of any byte: the checksum, a length or a magic number tells.
    @Test func everyByteFlipped() throws {
        var rows = RowSet(rowCounts: [300, 64, 1000])
        rows.insert((0..<300).filter { $0 % 3 == 0 }, group: 0)
        rows.insert(0..<64, group: 1)
        rows.insert(10..<90, group: 2)
        let bytes = Self.bytes(rows, segment: 3)
        #expect(try Self.decode(bytes, segment: 3) == rows)
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                #expect(throws: SegmentError.self) { try Self.decode(damaged, segment: 3) }
            }
        }
        for count in bytes.indices {
            #expect(throws: SegmentError.self) { try Self.decode(Array(bytes[..<count]), segment: 3) }
        }
        #expect { try Self.decode(bytes, segment: 4) } throws: { "\($0)".contains("of another segment") }
    }

    /// Under a right checksum, too, nothing traps or allocates what is not there.
    @Test(arguments: Seeds.fixed) func garbageUnderARightChecksum(seed: UInt64) {
        var random = Seeds.announce(seed, "garbage tombstones")
        for _ in 0..<300 {
            let payload = (0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var file = ByteArena()
            file.append(integer: UInt64(0x4C45_4454_4944_5541))
            file.append(integer: UInt32(1))
            file.append(integer: UInt32(0))
            file.append(integer: UInt64(9))
            file.append(integer: UInt64(payload.count))
            payload.withUnsafeBytes { file.append($0) }
            file.append(integer: XXH64.hash(file.bytes))
            _ = try? Self.decode(file.array(), segment: 9)
        }
    }
}
