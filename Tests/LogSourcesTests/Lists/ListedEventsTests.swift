import AuditStore
import Testing

@testable import LogSources

/// Files that hold their events in a list, as lines.
@Suite struct ListedEventsTests {
    /// Bytes that come a few at a time.
    private final class Pieces: IngestInput {
        let name = "pieces"
        let canGrow = true
        private(set) var consumed: UInt64 = 0
        private var rest: ArraySlice<UInt8>
        private let size: Int

        init(_ text: String, size: Int) {
            rest = Array(text.utf8)[...]
            self.size = size
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let n = min(size, buffer.count, rest.count)
            buffer.copyBytes(from: rest.prefix(n))
            rest = rest.dropFirst(n)
            consumed += UInt64(n)
            return n
        }
    }

    private struct Read {
        var text = ""
        var error: SourceError?
        var canGrow = false
    }

    private func read(_ text: String, size: Int = 7, keys: [String] = ["Records"], buffer: Int = 11) -> Read {
        let input = ListedEvents(Pieces(text, size: size), keys: keys)
        var result = Read()
        result.canGrow = input.canGrow
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: buffer)
        do {
            while case let n = try part.withUnsafeMutableBytes({ try input.read(into: $0) }), n > 0 {
                bytes += part[..<n]
            }
        } catch { result.error = error as? SourceError }
        result.text = String(decoding: bytes, as: UTF8.self)
        return result
    }

    @Test(arguments: [1, 3, 64, 100_000]) func records(size: Int) {
        let text = #"{"Records":[{"a":1,"t":"x]}\""},{"b":[{},[]]} , {"c":null}]}"#
        let found = read(text, size: size)
        #expect(found.text == "{\"a\":1,\"t\":\"x]}\\\"\"}\n{\"b\":[{},[]]}\n{\"c\":null}\n")
        #expect(found.error == nil && !found.canGrow)
    }

    @Test func severalDocuments() {
        #expect(
            read("{\"Records\":[{\"a\":1}]}\n{\"Records\":[]} {\"Records\":[{\"b\":2}]}").text
                == "{\"a\":1}\n{\"b\":2}\n")
    }

    @Test func arrays() { #expect(read(" [ {\"a\":1} ,{\"b\":2}]\n", keys: []).text == "{\"a\":1}\n{\"b\":2}\n") }

    /// Of a record that stands on several lines, line feeds become blanks: nothing else changes, and it stays one event.
    @Test func prettyPrinted() {
        let found = read("{\n  \"Records\": [\n    {\n      \"a\": 1\n    },\n    {\"b\": 2}\n  ]\n}\n")
        #expect(found.text == "{       \"a\": 1     }\n{\"b\": 2}\n")
    }

    @Test(arguments: [1, 5, 1000]) func linesPassAsTheyAre(size: Int) {
        for text in [
            "", "\n", "{\"a\":1}\n{\"b\":2}", "{\"records\":[1]}\n", "{\"RecordsX\":[{}]}", "nonsense [",
            "{\"a\":{\"Records\":[{}]}}\n",
        ] {
            let found = read(text, size: size)
            #expect(found.text == text && found.error == nil && found.canGrow, "\(text)")
        }
    }

    /// What is whole is delivered; what is not comes as a line without an end; then comes the error.
    @Test func aFileThatEndsEarly() {
        let found = read(#"{"Records":[{"a":1},{"b":"#)
        #expect(found.text == "{\"a\":1}\n{\"b\":")
        #expect(found.error?.code == .corrupt && found.error?.offset == 25)
    }

    @Test func brokenLists() {
        let found = read(#"{"Records":[{"a":1} {"b":2}]}"#)
        #expect(found.text == "{\"a\":1}\n" && found.error?.offset == 20)
        #expect(read(#"{"Records":[{"a":1}]} trailing"#).error?.code == .corrupt)
    }

    @Test func anyBytesAreReadOrRefused() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]\",:\\ \na1".utf8)
        for _ in 0..<3000 {
            var text = Array(#"{"Records":[{"a":1},{"b":[{"c":"\\"}]}]}"#.utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                text[Int.random(in: 0..<text.count, using: &random)] = alphabet.randomElement(using: &random)!
            }
            let string = String(decoding: text, as: UTF8.self)
            let whole = read(string, size: 1000, buffer: 1000)
            let pieces = read(string, size: 3, buffer: 2)
            #expect(whole.text == pieces.text && whole.error == pieces.error, "\(string)")
        }
    }
}
