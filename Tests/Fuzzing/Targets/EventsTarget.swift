import SegmentFormat
import Shredding
import TestSupport

@testable import AuditStore

/// Lines: each is an event that comes back byte for byte, from a young segment and after a merge, or is refused.
enum EventsTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        let text = Array(input) + [0x0a]
        do {
            let builder = SegmentBuilder.test()
            let shredded = try builder.shred(text)
            let refused = Set(shredded.refusals.map(\.line))
            let expected = TestSupport.text(lines(text).filter { !refused.contains(Array($0)) && !$0.isEmpty })
            guard let segment = shredded.segment else {
                expect(expected.isEmpty, "events are lost")
                return 0
            }
            let reader = try SegmentReader(segment)
            expect(try reader.events() == expected, "events do not come back")
            expect(try merged(reader).events() == expected, "events do not come back from a merge")
        } catch { fatalError("\(error)") }
        return 0
    }

    private static func merged(_ reader: SegmentReader) throws -> SegmentReader {
        let output = ByteSink()
        let paths = try ShreddedPathChoice.choose(from: [reader], schema: .test)
        let merger = SegmentMerger(
            schema: .test, profile: .compacted, firstSequence: 0, shreddedPaths: paths, compressor: Compressor(),
            sink: output.append)
        try merger.append(reader, base: 0)
        _ = try merger.finish()
        let merged = try SegmentReader(output.bytes)
        try merged.verify()
        return merged
    }
}
