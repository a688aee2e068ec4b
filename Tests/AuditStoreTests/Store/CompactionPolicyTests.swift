import SegmentFormat
import Testing

@testable import AuditStore

/// What is chosen to be merged.
@Suite struct CompactionPolicyTests {
    /// Segments of a day, one after another; those of negative sizes are compacted.
    private static func partition(_ sizes: [Int]) -> [SegmentDescription] {
        sizes.enumerated().map { index, size in
            SegmentDescription(
                id: UInt64(index + 1), day: 19_890, rows: 10, rawBytes: UInt64(size.magnitude), storedBytes: 1,
                firstSequence: UInt64(index * 10), lastSequence: UInt64(index * 10 + 9), smallestTime: 0,
                largestTime: 1, undated: 0, isCompacted: size < 0)
        }
    }

    private static func ids(_ work: CompactionWork?) -> [UInt64] { work?.segments.map(\.id) ?? [] }

    @Test func aDayIsRewrittenOnce() {
        #expect(Self.ids(CompactionPolicy.settled(Self.partition([5, 900, 1]))) == [1, 2, 3])
        #expect(CompactionPolicy.settled(Self.partition([-5, -900])) == nil)
    }

    @Test(arguments: [
        // A late event does not cost a day; what is no larger than it is merged with it.
        ([-1000, 1], [2]), ([-1000, -1, 1], [2, 3]), ([-1000, -2, -1, 1], [2, 3, 4]), ([-1000, -8, -1, 1], [3, 4]),
        ([-1000, 600, 500], [1, 2, 3]), ([1, -1000, 1], [1]), ([3, -2, 1], [1, 2, 3]),
    ])
    func lateEvents(sizes: [Int], expected: [UInt64]) {
        #expect(Self.ids(CompactionPolicy.settled(Self.partition(sizes))) == expected)
    }

    /// Each event is rewritten as often as the logarithm of their number, wherever merging leads.
    @Test func lateEventsCostLittle() {
        var partition = Self.partition([-1_000_000])
        var written: UInt64 = 0
        for _ in 0..<1000 {
            partition.append(Self.partition([1])[0])
            partition[partition.count - 1].id = partition.map(\.id).max()! + 1
            partition[partition.count - 1].firstSequence = partition[partition.count - 2].lastSequence + 1
            partition[partition.count - 1].lastSequence = partition[partition.count - 1].firstSequence
            guard let work = CompactionPolicy.settled(partition) else {
                Issue.record("a young segment of a settled day is left")
                return
            }
            var merged = work.segments[0]
            merged.rawBytes = work.segments.reduce(0) { $0 + $1.rawBytes }
            merged.lastSequence = work.segments.last!.lastSequence
            merged.isCompacted = true
            written += merged.rawBytes
            let first = partition.firstIndex(of: work.segments[0])!
            #expect(Array(partition[first..<first + work.segments.count]) == work.segments)
            partition.replaceSubrange(first..<first + work.segments.count, with: [merged])
        }
        #expect(partition.count <= 11)
        #expect(written <= 11 * 1000)
    }

    @Test func smallNeighboursOfAnOpenDay() {
        let small = 100_000
        #expect(CompactionPolicy.tier(Self.partition(Array(repeating: small, count: 7))) == nil)
        #expect(Self.ids(CompactionPolicy.tier(Self.partition(Array(repeating: small, count: 8)))).count == 8)
        // Not across what is larger, or compacted.
        let large = 20 << 20
        #expect(
            CompactionPolicy.tier(Self.partition([small, small, small, small, large, small, small, small, small]))
                == nil)
        #expect(
            CompactionPolicy.tier(Self.partition([small, small, small, small, -small, small, small, small, small]))
                == nil)
        let work = CompactionPolicy.tier(Self.partition([large] + Array(repeating: 8_000_000, count: 9)))
        #expect(Self.ids(work) == Array(2...10))
        #expect(work?.profile == .young)
    }
}
