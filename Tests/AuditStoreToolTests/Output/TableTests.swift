import Testing

@testable import AuditStoreTool

@Suite struct TableTests {
    @Test func alignsNumbersToTheRightAndPointsBelowEachOther() throws {
        let table = ResultTable(
            columns: ["verb", "count", "avg(latency)", "ok"],
            rows: [
                [.string("get"), .int(12345), .double(0.5), .bool(true)],
                [.null, .int(-7), .double(-0.25), .list([.string("a"), .null])],
                [.string("日本"), .null, .double(1e-12), .string("x")],
            ])
        #expect(
            try rendered(table, as: .table) == """
                verb  count  avg(latency)  ok
                get   12345          0.50  true
                -        -7         -0.25  a, -
                日本      -         1e-12  x

                """)
    }

    @Test func boldHeaderOnlyWhereColourIsAllowed() throws {
        let table = ResultTable(columns: ["a"], rows: [[.int(1)]])
        let bold = try rendered(table, as: .table, style: terminal(width: 80, usesColor: true))
        #expect(bold == "\u{1B}[1ma\u{1B}[0m\n1\n")
        #expect(try rendered(table, as: .table, style: terminal(width: 80)) == "a\n1\n")
        #expect(OutputStyle.allowsColor(noColor: nil, term: "xterm"))
        #expect(OutputStyle.allowsColor(noColor: "", term: nil))
        #expect(!OutputStyle.allowsColor(noColor: "1", term: "xterm"))
        #expect(!OutputStyle.allowsColor(noColor: nil, term: "dumb"))
    }

    @Test func shortensTheWidestTextFirst() throws {
        let table = ResultTable(
            columns: ["time", "user", "agent", "quantile(latency,0.99)"],
            rows: [
                [
                    .string("2024-06-16T04:00:00Z"), .string(String(repeating: "u", count: 50)),
                    .string(String(repeating: "g", count: 90)), .double(-0.4),
                ]
            ])
        let text = try rendered(table, as: .table, style: terminal(width: 80))
        #expect(
            text == """
                time                  user                agent               quantile(latency,…
                2024-06-16T04:00:00Z  uuuuuuuuuuuuuuuuu…  ggggggggggggggggg…                -0.4

                """)
        // Narrower still, times give way too; the number does not.
        let narrow = try rendered(table, as: .table, style: terminal(width: 44))
        #expect(narrow.split(separator: "\n").map { DisplayWidth.of(String($0)) } == [44, 44])
        #expect(narrow.hasSuffix(" -0.4\n"))
    }

    @Test(arguments: [1, 10, 40, 41, 79, 80, 200])
    func hostileTextsFitAndDoNothing(width: Int) throws {
        for text in Hostile.texts {
            let table = ResultTable(
                columns: ["n", text, "agent"],
                rows: [
                    [.int(1), .string(text), .string("kubelet")], [.int(22), .null, .string(text)],
                    [.int(3), .list([.string(text), .string(text)])],
                ])
            let lines = try rendered(table, as: .table, style: terminal(width: width))
                .split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 5)
            for line in lines {
                #expect(Hostile.isHarmless(line))
                // Less than 22 columns hold no three columns of which each still tells something.
                #expect(DisplayWidth.of(String(line)) <= max(width, 2 + 2 + 8 + 2 + 8 + 4))
            }
        }
    }

    @Test func nothingIsCutInAFile() throws {
        let long = String(repeating: "x", count: 1_000_000)
        let table = ResultTable(
            columns: ["a", "b"], rows: [[.string(long), .int(1)]] + (0..<1000).map { [.string("y"), .int($0)] })
        let text = try rendered(table, as: .table)
        #expect(text.contains(long + "  "))
        // The long one must not make every other line a megabyte long.
        #expect(text.utf8.count < 1_000_000 + 1000 * 300)
    }

    @Test func headerWithoutRows() throws {
        #expect(try rendered(ResultTable(columns: ["a", "b"]), as: .table) == "a  b\n")
        #expect(try rendered(ResultTable(columns: []), as: .table) == "\n")
    }

    @Test func numbersAreNeverShortened() throws {
        let table = ResultTable(
            columns: ["a long header for a number", "another long header"],
            rows: [[.int(.min), .double(-123.456)], [.int(.max), .double(9.999_999_9)]])
        let text = try rendered(table, as: .table, style: terminal(width: 20))
        for number in ["-9223372036854775808", "9223372036854775807", "-123.456", "10.000"] {
            #expect(text.contains(number))
        }
    }
}
