import Foundation
import Testing

@testable import AuditStoreTool

@Suite struct CSVTests {
    @Test func quotesOnlyWhereNeeded() throws {
        let table = ResultTable(
            columns: ["user", "distinct(a,b)"],
            rows: [
                [.string("a b;'"), .int(1)], [.string("a,b"), .double(1.5)], [.string("say \"hi\""), .bool(false)],
                [.string("two\r\nlines"), .null], [.string(""), .list([.string("x"), .int(2)])], [.double(.nan)],
            ])
        #expect(
            try rendered(table, as: .csv).components(separatedBy: "\r\n") == [
                "user,\"distinct(a,b)\"", "a b;',1", "\"a,b\",1.5", "\"say \"\"hi\"\"\",false", "\"two", "lines\",",
                "\"\",\"[\"\"x\"\",2]\"", ",", "",
            ])
    }

    @Test func headerWithoutRows() throws {
        #expect(try rendered(ResultTable(columns: ["a", "b"]), as: .csv) == "a,b\r\n")
    }

    @Test func rowOfOneNullIsNoEmptyLine() throws {
        #expect(try rendered(ResultTable(columns: ["a"], rows: [[.null]]), as: .csv) == "a\r\n\"\"\r\n")
    }

    @Test func valuesAreExactInAFile() throws {
        for text in Hostile.texts {
            let csv = try rendered(ResultTable(columns: ["a", "b"], rows: [[.int(1), .string(text)]]), as: .csv)
            #expect(records(csv) == [["a", "b"], ["1", text]])
        }
    }

    @Test func controlsStayOffTheTerminal() throws {
        for text in Hostile.texts {
            let table = ResultTable(columns: [text, "b"], rows: [[.list([.string(text)]), .string(text)]])
            let csv = try rendered(table, as: .csv, style: terminal(width: 80))
            #expect(Hostile.isHarmless(csv.replacing("\r\n", with: "")))
        }
    }

    /// The reader of RFC 4180, as strict as it can be.
    private func records(_ csv: String) -> [[String]] {
        var result: [[String]] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        let bytes = Array(csv.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && index < bytes.count && bytes[index] == byte:
                field.append(byte)
                index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            case 13 where !isQuoted && index < bytes.count && bytes[index] == 10:
                index += 1
                result.append(fields + [String(decoding: field, as: UTF8.self)])
                (fields, field) = ([], [])
            default: field.append(byte)
            }
        }
        return result
    }
}
