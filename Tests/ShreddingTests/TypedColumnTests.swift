import SegmentFormat
import Shredding
import TestSupport
import Testing

/// Times and identities beside each other: present, absent, odd, and left behind by lines that were no events.
@Suite struct TypedColumnTests {
    private static let stage = "\"stageTimestamp\":\"2024-06-16T04:00:00.000001Z\""
    private static let received = "\"requestReceivedTimestamp\":\"2024-06-16T03:59:59.000000Z\""

    private func check(_ chunks: [[String]], refused: Int = 0) throws {
        let builder = SegmentBuilder.test()
        for (index, chunk) in chunks.enumerated() {
            let shredded = try builder.shred(text(chunk.map { Array($0.utf8) }))
            let bad = shredded.refusals.map(\.line)
            let expected = text(chunk.map { Array($0.utf8) }.filter { !bad.contains($0) })
            guard let bytes = shredded.segment else {
                #expect(expected.isEmpty)
                continue
            }
            let found = String(decoding: try SegmentReader(bytes).events(), as: UTF8.self)
            #expect(found == String(decoding: expected, as: UTF8.self), "chunk \(index)")
        }
    }

    @Test func oneTimeWithoutTheOther() throws {
        try check([
            ["{\(Self.stage)}", "{\(Self.received)}", "{\(Self.stage),\(Self.received)}", "{}", "{\(Self.received)}"]
        ])
        try check([["{\(Self.received)}"]])
        try check([
            ["{\(Self.stage)}"], ["{\(Self.received)}", "{\(Self.stage),\(Self.received)}"], ["{\(Self.received)}"],
        ])
    }

    /// A worker's memory holds the times of the chunk before; none may be taken for a reference.
    @Test func timesOfAnEarlierChunk() throws {
        let both = "{\(Self.stage),\(Self.received)}"
        try check([[both, both, both], ["{\(Self.received)}", both, "{\(Self.received)}"], ["{\(Self.received)}"]])
        let odd = "{\"stageTimestamp\":\"2024-06-16T04:00:00Z\",\(Self.received)}"
        try check([[both, both, both], [odd, both, odd, "{\"stageTimestamp\":null,\(Self.received)}"]])
    }

    /// What a line has stored before it turns out to be no event is gone.
    @Test func valuesOfRefusedLines() throws {
        try check([["{\(Self.stage)", "{\(Self.received)}"]])
        try check([["{\(Self.stage),\(Self.received)", "{\"a\":1}", "{\(Self.received)}"]])
        try check([["{\"a\":1}", "{\"a\":2,", "{\"b\":2}", "{\"a\":1,\"requestObject\":{\"x\":1},}", "{}"]])
        try check([["{\"k\":1,\"k\":2}", "{\"k\":1,\"k\":2", "{\"k\":1}"]])
    }

    @Test func uuidsOfEveryForm() throws {
        let id = "\"fa5350d8-73c5-4758-89dc-f32d8f08f649\""
        try check([
            [
                "{\"auditID\":\(id)}", "{\"auditID\":\(id)}", "{\"auditID\":\(id.uppercased())}", "{\"auditID\":\"x\"}",
                "{\"auditID\":null}",
                "{}", "{\"auditID\":\(id)}", "{\"auditID\":[\(id)]}", "{\"auditID\":{\"a\":\(id)}}",
                "{\"auditID\":\"\"}",
            ]
        ])
    }
}
