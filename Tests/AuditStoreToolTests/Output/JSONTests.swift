import Foundation
import Testing

@testable import AuditStoreTool

@Suite struct JSONTests {
    @Test func arrayOfObjectsInColumnOrder() throws {
        let table = ResultTable(
            columns: ["time", "user.username", "count", "avg(latency)"],
            rows: [
                [.string("2024-06-16T04:00:00Z"), .null, .int(-3), .double(0.25)],
                [.string("x"), .list([.string("a"), .int(1), .null, .list([])]), .bool(true)],
            ])
        #expect(
            try rendered(table, as: .json) == """
                [{"time":"2024-06-16T04:00:00Z","user.username":null,"count":-3,"avg(latency)":0.25},
                {"time":"x","user.username":["a",1,null,[]],"count":true,"avg(latency)":null}]

                """)
        #expect(
            try rendered(table, as: .ndjson) == """
                {"time":"2024-06-16T04:00:00Z","user.username":null,"count":-3,"avg(latency)":0.25}
                {"time":"x","user.username":["a",1,null,[]],"count":true,"avg(latency)":null}

                """)
    }

    @Test func withoutRows() throws {
        #expect(try rendered(ResultTable(columns: ["a"]), as: .json) == "[]\n")
        #expect(try rendered(ResultTable(columns: ["a"]), as: .ndjson) == "")
        #expect(try rendered(ResultTable(columns: [], rows: [[]]), as: .ndjson) == "{}\n")
    }

    @Test(arguments: [
        (12.0, "12"), (0.0, "0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e-6, "1e-06"), (1e300, "1e+300"), (-2.5, "-2.5"),
        (.leastNonzeroMagnitude, "5e-324"), (9_007_199_254_740_992, "9007199254740992"), (.nan, "null"),
        (-.infinity, "null"),
    ])
    func doubles(value: Double, text: String) {
        var bytes: [UInt8] = []
        JSONText.append(value, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        if let read = Double(text) { #expect(read.bitPattern == value.bitPattern) }
    }

    @Test func escapes() {
        var bytes: [UInt8] = []
        let text = "\"\\\u{8}\t\n\u{C}\r\u{0}\u{1B}\u{7F}\u{9B}\u{A0}é\u{2014}\u{2028}\u{202E}\u{2066}€😀"
        JSONText.append(text, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #""\"\\\b\t\n\f\r\u0000\u001b\u007f\u009b\#u{A0}é—\u2028\u202e\u2066€😀""#)
    }

    @Test func everyScalarReadsBack() throws {
        let text = String(String.UnicodeScalarView((0...0x10FFFF).lazy.compactMap(Unicode.Scalar.init)))
        let json = try rendered(ResultTable(columns: ["a"], rows: [[.string(text)]]), as: .json)
        #expect(Hostile.isHarmless(json.filter { $0 != "\n" }))
        let read = try JSONDecoder().decode([[String: String]].self, from: Data(json.utf8))
        #expect(read.first?["a"].map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test func hostileKeysAndValuesReadBack() throws {
        for text in Hostile.texts {
            let line = try rendered(ResultTable(columns: [text], rows: [[.string(text)]]), as: .ndjson)
            #expect(line.utf8.count { $0 == 10 } == 1)
            #expect(Hostile.isHarmless(line.dropLast()))
            #expect(try JSONDecoder().decode([String: String].self, from: Data(line.utf8)) == [text: text])
        }
    }

    @Test func recordIsABareObject() throws {
        var record = ResultRecord()
        record.add("events", .int(1234), display: "1,234")
        record.add("ratio", .double(28.5))
        func text(_ format: OutputFormat) throws -> String {
            var out = OutputBuffer(inMemory: ())
            try record.write(as: format, style: .plain, to: &out)
            return String(decoding: out.bytes, as: UTF8.self)
        }
        #expect(try text(.json) == "{\"events\":1234,\"ratio\":28.5}\n")
        #expect(try text(.csv) == "events,ratio\r\n1234,28.5\r\n")
        #expect(try text(.table) == "events  1,234\nratio   28.5\n")
    }
}
