import SegmentFormat
import Shredding
import TestSupport
import Testing

/// What is an event, and why other lines are none.
@Suite struct JSONValidityTests {
    static let valid = [
        "{}", " {} ", "\t{ }\r", "{\"\":1}", "{\"a\":\"\"}", "{\"a\":[]}", "{\"a\":{}}", "{\"a\":[ ]}", "{\"a\" : 1}",
        "{\"a\":-0}", "{\"a\":0}", "{\"a\":0.0e-0}", "{\"a\":1E400}", "{\"a\":1e+5}", "{\"a\":12345678901234567890}",
        "{\"a\":true,\"b\":false,\"c\":null}", "{\"a\":1,\"a\":2}", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\"}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\uABCD\\uabcd\"}", "{\"a\":\"\u{7f}\"}", "{\"a\":\"\u{2028}\"}",
        "{\"a\":[1,[2,[3]]]}",
        "{\"a\":[{\"b\":[{}]}]}", "{\"requestObject\":\"text\"}", "{\"requestObject\":[]}",
        "{\"requestObject\":{\"a\":1}}",
        "{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}", "{\"a\":{},\"b\":{}}", "{\"a\" :\t1 ,\r\"b\": 2 }",
    ]

    @Test(arguments: valid) func events(line: String) throws {
        let text = Array(line.utf8) + [0x0a]
        let shredded = try SegmentBuilder.test().shred(text)
        #expect(shredded.refusals.isEmpty)
        try #expect(shredded.segment.map { try SegmentReader($0).events() } == text)
    }

    static let invalid: [(line: String, reason: String, offset: Int)] = [
        ("", "an empty line", 0), ("   ", "an empty line", 3), ("\r", "an empty line", 1),
        ("[]", "not a JSON object", 0), ("1", "not a JSON object", 0), ("null", "not a JSON object", 0),
        ("\"{}\"", "not a JSON object", 0), ("x{}", "not a JSON object", 0), ("\u{feff}{}", "not a JSON object", 0),
        ("{", "not a key", 1), ("{a:1}", "not a key", 1), ("{1:1}", "not a key", 1), ("{,}", "not a key", 1),
        ("{\"a\":1,}", "not a key", 7), ("{\"a\":1,,\"b\":1}", "not a key", 7), ("{\"a\":1,", "not a key", 7),
        ("{\"a\"}", "a key without a colon", 4), ("{\"a\" 1}", "a key without a colon", 5),
        ("{\"a\"", "a key without a colon", 4),
        ("{\"a\":}", "not a value", 5), ("{\"a\":x}", "not a value", 5), ("{\"a\":,}", "not a value", 5),
        ("{\"a\":+1}", "not a value", 5), ("{\"a\":.5}", "not a value", 5), ("{\"a\":NaN}", "not a value", 5),
        ("{\"a\":True}", "not a value", 5), ("{\"a\":tru}", "not a value", 5), ("{\"a\":nul", "not a value", 5),
        ("{\"a\":fals}", "not a value", 5), ("{\"a\":'b'}", "not a value", 5),
        ("{\"a\":", "the line ends where a value should be", 5),
        ("{\"a\":[", "the line ends where a value should be", 6), ("{\"a\":[1,]}", "not a value", 8),
        ("{\"a\":01}", "a number with a leading zero", 5), ("{\"a\":-}", "a number without digits", 5),
        ("{\"a\":1.}", "a number without digits after the point", 5),
        ("{\"a\":1e}", "a number without digits in the exponent", 5),
        ("{\"a\":1e+}", "a number without digits in the exponent", 5),
        ("{\"a\":1 2}", "neither a comma nor the end of the object", 7),
        ("{\"a\":\"b\"\"c\":1}", "neither a comma nor the end of the object", 8),
        ("{\"a\":truee}", "neither a comma nor the end of the object", 9),
        ("{\"a\":1]", "neither a comma nor the end of the object", 6),
        ("{\"a\":[1}", "neither a comma nor the end of the object or array", 7),
        ("{\"a\":[1 2]}", "neither a comma nor the end of the object or array", 8),
        ("{\"a\":1", "the line ends within an object", 6), ("{\"a\":{\"b\":1}", "the line ends within an object", 12),
        ("{\"a\":[1", "the line ends within an object or array", 7),
        ("{\"a\":\"b", "the line ends within a string", 7), ("{\"a", "the line ends within a string", 3),
        ("{\"a\":\"\u{1}\"}", "a control character within a string", 6),
        ("{\"a\":\"\t\"}", "a control character within a string", 6),
        ("{\"a\":\"01234567\u{0}\"}", "a control character within a string", 14),
        ("{\"a\":\"\\x\"}", "an unknown escape", 6), ("{\"a\":\"\\", "an unknown escape", 6),
        ("{\"a\":\"\\U0041\"}", "an unknown escape", 6),
        ("{\"a\":\"\\u00\"}", "\\u without four hexadecimal digits", 6),
        ("{\"a\":\"\\u00g0\"}", "\\u without four hexadecimal digits", 6),
        ("{\"a\":\"\\u", "\\u without four hexadecimal digits", 6),
        ("{} x", "bytes after the object", 3), ("{}{}", "bytes after the object", 2),
        ("{}\u{0}", "bytes after the object", 2),
        ("{\u{b}}", "not a key", 1), ("{\u{a0}}", "not a key", 1),
        ("{\"a\":1\u{c}}", "neither a comma nor the end of the object", 6),
    ]

    @Test func refused() throws {
        let builder = SegmentBuilder.test()
        for (line, reason, offset) in Self.invalid {
            let shredded = try builder.shred(Array(line.utf8) + [0x0a])
            #expect(shredded.segment == nil)
            #expect(shredded.refusals == [Refusal(line: Array(line.utf8), reason: reason, offset: offset)], "\(line)")
        }
    }

    /// The short way through a line, once its shape is known, refuses what the long way does.
    @Test func refusedAmongEventsOfTheSameShape() throws {
        let builder = SegmentBuilder.test()
        for (line, reason, offset) in Self.invalid {
            let events = Self.valid.map { Array($0.utf8) }
            let all = events + [Array(line.utf8)] + events
            let shredded = try builder.shred(text(all))
            #expect(shredded.refusals == [Refusal(line: Array(line.utf8), reason: reason, offset: offset)], "\(line)")
            try #expect(shredded.segment.map { try SegmentReader($0).events() } == text(events + events), "\(line)")
        }
    }

    @Test func wholeObjectsAreTold() {
        func isObject(_ line: String) -> Bool {
            (Array(line.utf8) + [0x0a] + [UInt8](repeating: 0, count: JSONScanner.padding)).withUnsafeBytes {
                var scanner = JSONScanner()
                return scanner.isObject($0.baseAddress!)
            }
        }
        for line in Self.valid { #expect(isObject(line), "\(line)") }
        for (line, _, _) in Self.invalid { #expect(!isObject(line), "\(line)") }
    }
}
