import SegmentFormat
import Shredding
import TestSupport
import Testing

/// Events that a client of the apiserver can bring about, and some that only an adversary's log can hold.
@Suite struct HostileEventsTests {
    private func check(_ input: [String], twice: Bool = true) throws {
        try check(input.map { Array($0.utf8) }, twice: twice)
    }

    private func check(_ input: [[UInt8]], twice: Bool = true) throws {
        let builder = SegmentBuilder.test()
        // The second time shapes are known from the first.
        for round in 0..<(twice ? 2 : 1) {
            let shredded = try builder.shred(text(input))
            #expect(shredded.refusals.isEmpty, "\(shredded.refusals.map(\.reason))")
            let segment = try SegmentReader(#require(shredded.segment))
            try segment.verify()
            #expect(areEqual(try segment.events(), text(input)), "round \(round)")
        }
    }

    @Test func deepNesting() throws {
        for depth in [15, 16, 17, 64, 65, 9000] {
            let objects = String(repeating: "{\"a\":", count: depth) + "{}" + String(repeating: "}", count: depth)
            let arrays = "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
            let both =
                "{\"a\":" + String(repeating: "[{\"b\":", count: depth) + "1" + String(repeating: "}]", count: depth)
                + "}"
            try check([objects, arrays, both, objects.replacing("{}", with: "1"), objects])
        }
    }

    /// More levels than the limit are refused, and not by a stack overflow.
    @Test func nestingOverTheLimit() throws {
        let n = Limits.nestingDepth + 10
        let line =
            Array("{\"a\":".utf8) + [UInt8](repeating: 0x5b, count: n) + [UInt8](repeating: 0x5d, count: n) + [0x7d]
        let shredded = try SegmentBuilder.test().shred(text([line]))
        #expect(shredded.segment == nil)
        #expect(shredded.refusals.map(\.reason) == ["nested deeper than the limit"])
    }

    /// Objects, arrays and scalars take turns on one path.
    @Test func mixedTypesOnOnePath() throws {
        try check(
            (0..<60).map { i in
                let value = [
                    "1", "\"x\"", "null", "[1,2]", "{}", "{\"b\":1}", "{\"b\":{\"c\":[]}}", "[]", "[{}]", "{\"b\":[1]}",
                ][i % 10]
                return i % 3 == 0 ? "{\"a\":\(value)}" : "{\"a\":\(value),\"requestObject\":\(value),\"z\":\(value)}"
            })
    }

    @Test func duplicateKeys() throws {
        try check([
            "{\"a\":1,\"a\":2,\"a\":1}", "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1},\"a\":{\"b\":2}}",
            "{\"auditID\":\"fa5350d8-73c5-4758-89dc-f32d8f08f649\",\"auditID\":\"0\"}",
            "{\"stageTimestamp\":\"2024-06-16T04:00:00.000000Z\",\"stageTimestamp\":\"2025-06-16T04:00:00.000000Z\"}",
            "{\"requestObject\":{\"x\":1},\"requestObject\":{\"x\":2}}", "{\"\":1,\"\":2}",
            "{\"stageTimestamp\":1,\"stageTimestamp\":\"2025-06-16T04:00:00.000000Z\"}",
        ])
    }

    /// Keys that look like what the store calls its own, like joined paths, or like each other.
    @Test(arguments: [
        "{\"$skeleton\":1,\"b\":2}", "{\"$residual\":1,\"$residual\":2}", "{\"$sequence\":5}",
        "{\"$source\":\"x\",\"$cluster\":\"y\"}",
        "{\"$quarantined\":1,\"$input\":2,\"$offset\":3,\"$reason\":4,\"$continues\":5}", "{\"\":{\"a\":1},\"a\":2}",
        "{\"a\":{\"\":1},\"a\":2}", "{\"a.b\":1,\"a\":{\"b\":2}}", "{\"a\\u0001b\":1,\"a\":{\"b\":2}}",
        "{\"\u{e9}\":1,\"e\u{301}\":2}", "{\"requestObject.x\":1,\"requestObject\":{\"x\":2}}",
        "{\"\":{\"\":{\"\":1}}}",
    ])
    func oddKeys(line: String) throws {
        try check([line, "{\"a\":1}", line, "{}"])
    }

    /// Two keys of invalid UTF-8 that look the same once they are repaired.
    @Test func keysOfInvalidUTF8() throws {
        func line(_ a: UInt8, _ b: UInt8) -> [UInt8] {
            Array("{\"a".utf8) + [a] + Array("\":1,\"a".utf8) + [b] + Array("\":2}".utf8)
        }
        try check([line(0xff, 0xfe), line(0xfe, 0xff), line(0xc0, 0x80)])
    }

    @Test func longKeysAndPaths() throws {
        let long = String(repeating: "k", count: Limits.pathBytes)
        try check([
            "{\"\(long)\":1}", "{\"\(long)k\":1}", "{\"a\":{\"\(long)\":1}}", "{\"\(long)k\":2,\"\(long)k\":3}", "{}",
        ])
    }

    /// Over the cap of columns, values go to the residual; the next segment starts with all columns free.
    @Test func moreKeysThanColumns() throws {
        let wide = "{" + (0..<1000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        let narrow = (0..<1000).map { "{\"k\($0)\":\"\($0)\",\"a\":[\($0)]}" }
        try check([wide] + narrow + [wide])
        let builder = SegmentBuilder.test()
        for segment in 0..<3 {
            let events = (0..<600).map { "{\"s\(segment)k\($0)\":\($0),\"x\(segment)\":{\"y\":1}}" }
            let shredded = try builder.shred(text(events.map { Array($0.utf8) }))
            let reader = try SegmentReader(#require(shredded.segment))
            #expect(reader.metadata.columns.count <= Limits.columnsPerSegment)
            #expect(areEqual(try reader.events(), text(events.map { Array($0.utf8) })))
        }
    }

    @Test func oneObjectOfManyKeys() throws {
        let keys = "{\"requestObject\":{" + (0..<5000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}}"
        try check([keys, keys])
    }

    @Test func lineEndsOfEveryKind() throws {
        try check(["{\"a\":1}\r", "{\"a\":1}", " {\"a\":1}", "{\"a\":1} \t\r", "\t{\"a\":1}"])
    }
}
