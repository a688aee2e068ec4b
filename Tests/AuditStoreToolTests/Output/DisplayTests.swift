import Testing

@testable import AuditStoreTool

@Suite struct DisplayTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("한국", 4),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧‍👦", 2), ("👩🏽‍🤝‍👩🏽", 2), ("❤️", 2), ("❤", 1),
        ("🇩🇪", 2), ("🇩🇪🇫🇷", 4), ("🏃‍♂️", 2), ("\u{1B}", 6), ("\n", 2), ("a\u{200B}b", 8), ("\u{E0041}", 9), ("…", 1),
        ("שלום", 4), ("\u{301}", 6), ("─█", 2),
    ])
    func widths(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func shortening() {
        #expect(DisplayText.shortened("abcdef", limit: 6) == "abcdef")
        #expect(DisplayText.shortened("abcdef", limit: 5) == "abcd…")
        #expect(DisplayText.shortened("abcdef", limit: 1) == "…")
        #expect(DisplayText.shortened("abcdef", limit: 0) == "")
        #expect(DisplayText.shortened("日本語", limit: 6) == "日本語")
        #expect(DisplayText.shortened("日本語", limit: 5) == "日本…")
        #expect(DisplayText.shortened("日本語", limit: 4) == "日…")
        #expect(DisplayText.shortened("abe\u{301}", limit: 3) == "abe\u{301}")
        #expect(DisplayText.shortened("abe\u{301}d", limit: 3) == "ab…")
        #expect(DisplayText.shortened("a\u{1B}b", limit: 7) == "a…")
        #expect(DisplayText.shortened("a\u{1B}b", limit: 8) == #"a\u001bb"#)
    }

    @Test func whatIsShownHasTheWidthThatIsSaid() {
        for text in Hostile.texts {
            for limit in [1, 2, 3, 7, 8, 20, 80, 5000] {
                var bytes: [UInt8] = []
                let used = DisplayText.append(text, limit: limit, to: &bytes)
                let shown = String(decoding: bytes, as: UTF8.self)
                #expect(used <= limit)
                #expect(used == DisplayWidth.of(shown))
                #expect(Hostile.isHarmless(shown))
                #expect(DisplayWidth.measured(text, limit: limit) > limit || shown == DisplayText.shortened(text))
            }
        }
    }

    @Test func accentsAndJoinersDoNotPileUp() {
        let tower = DisplayText.shortened("a" + String(repeating: "\u{301}", count: 100), limit: 80)
        #expect(tower.unicodeScalars.count { $0 == "\u{301}" } == DisplayScanner.maximumMarks)
        let crowd = DisplayText.shortened(String(repeating: "👩\u{200D}", count: 100), limit: 80)
        #expect(!crowd.unicodeScalars.contains("\u{200D}") || crowd.contains(#"\u200d"#))
    }

    @Test func visibleBytes() {
        func visible(_ bytes: [UInt8]) -> String {
            var result: [UInt8] = []
            bytes.withUnsafeBytes { HostileText.appendVisible($0, to: &result) }
            return String(decoding: result, as: UTF8.self)
        }
        #expect(visible(Array("{\"a\":\"日本\"}".utf8)) == "{\"a\":\"日本\"}")
        #expect(visible([0x61, 0x9B, 0xFF, 0xC2, 0x9B, 0x1B, 0xE2, 0x82]) == #"a\x9b\xff\u009b\u001b\xe2\x82"#)
        #expect(visible([0xED, 0xA0, 0x80, 0x62]) == #"\xed\xa0\x80b"#)
        #expect(visible(Array("a\u{202E}b".utf8)) == #"a\u202eb"#)
        #expect(HostileText.visible("a\nb\u{1B}", keepingNewlines: true) == "a\nb\\u001b")
        #expect(HostileText.visible("a\nb") == "a\\nb")
    }

    @Test func everyScalarIsHarmless() {
        let codes = [0..<0x3100, 0xD7B0..<0x10000, 0x1B000..<0x20000, 0xE0000..<0xE1000] as [Range<UInt32>]
        let harmful = codes.joined().lazy.compactMap(Unicode.Scalar.init).filter { scalar in
            var bytes: [UInt8] = []
            let used = DisplayText.append(String(scalar), to: &bytes)
            // Alone, no scalar may be invisible either.
            return used == 0 || !Hostile.isHarmless(String(decoding: bytes, as: UTF8.self))
        }
        #expect(Array(harmful) == [])
    }
}
