import Testing

@testable import KubernetesAudit

@Suite struct JSONListScannerTests {
    /// What a scan found, independent of how the input was divided.
    struct Found: Equatable {
        var elements: [String] = []
        var offsets: [UInt64] = []
        var starts: [UInt64] = []
        var ends: [UInt64] = []
        var whole = ""
        var error: String?
    }

    private func scan(
        _ input: [UInt8], piece: Int, lists: [String] = ["items"], limit: Int = 1 << 20
    ) -> Found {
        var scanner = JSONListScanner(lists: lists, elementLimit: limit)
        var found = Found()
        var whole: [UInt8] = []
        do {
            for start in stride(from: 0, to: input.count, by: piece) {
                try Array(input[start..<min(start + piece, input.count)]).withUnsafeBytes { bytes in
                    try scanner.feed(bytes) { part in
                        switch part {
                        case .start(let offset): found.starts.append(offset)
                        case .text(let text): whole += Array(text)
                        case .element(let bytes, let offset):
                            found.elements.append(String(decoding: bytes, as: UTF8.self))
                            found.offsets.append(offset)
                            whole += Array(bytes)
                        case .piece(let bytes, let offset, let isFirst, let isLast):
                            if isFirst { found.offsets.append(offset) }
                            whole += Array(bytes)
                            if isLast { found.elements.append("too large") }
                        case .end(let offset): found.ends.append(offset)
                        }
                    }
                }
            }
            try scanner.finish()
        } catch { found.error = "\(error)" }
        found.whole = String(decoding: whole, as: UTF8.self)
        return found
    }

    private func check(
        _ text: String, _ elements: [String], error: String? = nil, lists: [String] = ["items"], limit: Int = 1 << 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let input = Array(text.utf8)
        let whole = scan(input, piece: max(1, input.count), lists: lists, limit: limit)
        #expect(whole.elements == elements, sourceLocation: sourceLocation)
        #expect(whole.error == error, sourceLocation: sourceLocation)
        if error == nil { #expect(whole.whole == text, sourceLocation: sourceLocation) }
        for (element, offset) in zip(whole.elements, whole.offsets) where element != "too large" {
            #expect(
                String(decoding: input[Int(offset)...].prefix(element.utf8.count), as: UTF8.self) == element,
                sourceLocation: sourceLocation)
        }
        for piece in [1, 2, 3, 7, 63, 64, 65] {
            #expect(
                scan(input, piece: piece, lists: lists, limit: limit) == whole, "pieces of \(piece)",
                sourceLocation: sourceLocation)
        }
    }

    @Test func listsBeforeAndAfterTheirKind() {
        check(#"{"kind":"EventList","items":[{"a":1},{"b":[2,{}]}]}"#, [#"{"a":1}"#, #"{"b":[2,{}]}"#])
        check(#"{ "items" : [ {"a":"]}"} ,{} ] , "kind":"EventList" }"# + "\n", [#"{"a":"]}"}"#, "{}"])
        check(#"{"items":[],"metadata":{"items":[{"no":1}]}}"#, [])
        check(#"{"items":null}"#, [])
        check(#"{"items":{"items":[1]}}"#, [])
        check(#"{"kind":"items","other":[1]}"#, [])
        check(#"{"it\u0065ms":[1]}"#, [])
    }

    @Test func arraysAndDocumentsInARow() {
        check(#"[{"a":1}, "t\"]", 12 ,null,[]]"#, [#"{"a":1}"#, #""t\"]""#, "12", "null", "[]"])
        check(#"{"items":[1]}{"items":[2]} [3]"# + "\n\n" + #"{"x":{}}{"items":[4]}"#, ["1", "2", "3", "4"])
        check("", [])
        check(" \n ", [])
        check("[]", [])
    }

    @Test func backslashesAtEveryPlace() {
        for count in 0..<70 {
            let slashes = String(repeating: #"\\"#, count: count)
            check(
                #"{"items":[{"a":"\#(slashes)\""},{"}":"\#(slashes)"}]}"#,
                [#"{"a":"\#(slashes)\""}"#, #"{"}":"\#(slashes)"}"#])
        }
    }

    @Test func depthCostsNothing() {
        let deep = String(repeating: #"{"a":["#, count: 100_000) + String(repeating: "]}", count: 100_000)
        let found = scan(Array(#"{"items":[\#(deep),1]}"#.utf8), piece: 1000)
        #expect(found.elements == [deep, "1"])
        #expect(found.error == nil)
    }

    @Test func elementsOverTheLimitComeInPieces() {
        let long = #"{"a":"\#(String(repeating: "x", count: 300))"}"#
        check(#"{"items":[1,\#(long),2]}"#, ["1", "too large", "2"], limit: 100)
        check(#"{"items":[1,\#(long),2]}"#, ["1", long, "2"], limit: long.utf8.count)
    }

    @Test func whatIsNoList() {
        check("hello", [], error: "neither an object nor an array, at byte 0")
        check(#"{"items":[1 2]}"#, ["1"], error: "neither a comma nor the end of the list, at byte 12")
        check(#"{"items":[1,]}"#, ["1"], error: "no element where one should be, at byte 12")
        check(#"{"items":[,1]}"#, [], error: "no element where one should be, at byte 10")
        check(
            #"{"items":[{"a":1},{"b":"#, [#"{"a":1}"#], error: "the input ends within an element of a list, at byte 23")
        check(#"{"items":[1,"#, ["1"], error: "the input ends within a list, at byte 12")
        check(#"{"items":"#, [], error: "the input ends within an object, at byte 9")
        check(#"{{"#, [], error: "not a key, at byte 1")
        check(#"{"a":1]"#, [], error: "the end of an array that is not open, at byte 6")
    }
}
