import CZlib
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import AuditServer

/// Bodies that come in pieces of any size.
@Suite struct BodyTests {
    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1000)
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = uInt(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = uInt(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }

    /// The lines that a body becomes.
    private static func lines(
        _ body: [UInt8], piece: Int, headers: HTTPFields = [:], eventBytes: Int = 1 << 20, limit: Int = 64 << 20
    ) throws -> (lines: [UInt8], list: ListReader) {
        let decoding = try BodyDecoding(headers, limit: limit)
        let list = ListReader(eventBytes: eventBytes)
        var lines: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: piece) {
            try decoding.begin(ByteBuffer(bytes: body[start..<min(body.count, start + piece)]))
            while try decoding.next({ try list.read($0) }) {
                if list.batch.isFull { lines += list.takeBatch().lines }
            }
        }
        try decoding.finish()
        try list.finish()
        return (lines + list.takeBatch().lines, list)
    }

    private static let items = (0..<500).map { i in
        "{\"auditID\":\"\(i)\",\"stageTimestamp\":\"2024-06-16T04:00:0\(i % 10).000000Z\",\"text\":\"\(String(repeating: "é\\\"", count: i))\"}"
    }
    private static let body = Array("{\"kind\":\"EventList\",\"items\":[\(items.joined(separator: ",\n"))]}\n".utf8)
    private static let expected = Array(items.map { $0 + "\n" }.joined().utf8)

    @Test(arguments: [1, 7, 1000, 65_536, 1 << 20])
    func plainAndCompressed(piece: Int) throws {
        #expect(try Self.lines(Self.body, piece: piece).lines == Self.expected)
        let compressed = Self.gzip(Array(Self.body[..<1000])) + Self.gzip(Array(Self.body[1000...]))
        #expect(try Self.lines(compressed, piece: piece, headers: [.contentEncoding: "gzip"]).lines == Self.expected)
    }

    @Test func theNewestTimeCounts() throws {
        let list = ListReader(eventBytes: 1 << 20)
        try Self.body.withUnsafeBytes { try list.read($0) }
        #expect(list.batch.newest == 1_718_510_409_000_000)
        #expect(list.batch.count == 500)
    }

    @Test func lineFeedsBecomeSpaces() throws {
        let body = Array("{\"items\": [{\n \"a\": 1,\n \"b\": \"\\n\"\n}\n]}".utf8)
        #expect(try Self.lines(body, piece: 5).lines == Array("{  \"a\": 1,  \"b\": \"\\n\" }\n".utf8))
    }

    /// Every cut of a compressed body is an error, and each flipped byte one or none; nothing traps.
    @Test func brokenCompression() throws {
        let compressed = Self.gzip(Self.body)
        for count in stride(from: 1, to: compressed.count, by: 13) {
            #expect(throws: HTTPFailure.self) {
                try Self.lines(Array(compressed[..<count]), piece: 100, headers: [.contentEncoding: "gzip"])
            }
        }
        for index in stride(from: 0, to: compressed.count, by: 7) {
            var broken = compressed
            broken[index] ^= 0x55
            _ = try? Self.lines(broken, piece: 4096, headers: [.contentEncoding: "gzip"])
        }
    }

    @Test func limits() {
        let zeros = Self.gzip(Array(repeating: 0x20, count: 10 << 20))
        let gzip: HTTPFields = [.contentEncoding: "gzip"]
        for (body, headers) in [(Self.body, [:] as HTTPFields), (zeros, gzip), ([], [.contentLength: "99999999"])] {
            #expect {
                _ = try Self.lines(body, piece: 500, headers: headers, limit: 40_000)
            } throws: {
                ($0 as? HTTPFailure)?.status == .contentTooLarge
            }
        }
        #expect { _ = try Self.lines([], piece: 1, headers: [.contentEncoding: "br"]) } throws: {
            ($0 as? HTTPFailure)?.status == .unsupportedMediaType
        }
    }

    /// What is too large for an event becomes lines that are no events, with all of its bytes.
    @Test func oversizedItems() throws {
        // Where it is cut, objects begin.
        let large = "{\"a\":[" + Array(repeating: "{\"b\":1}", count: 500_000).joined(separator: ",") + "]}"
        let body = Array("{\"items\":[{\"first\":1},\(large),{\"last\":2}]}".utf8)
        let (lines, list) = try Self.lines(body, piece: 65_536, eventBytes: 100_000)
        #expect(list.oversized == 1)
        let split = lines.split(separator: 0x0a)
        #expect(split.first.map { Array($0) } == Array("{\"first\":1}".utf8))
        #expect(split.last.map { Array($0) } == Array("{\"last\":2}".utf8))
        #expect(Array(split[1..<split.count - 1].joined()) == Array(large.utf8))
        for line in split[2..<split.count - 1] { #expect(line.first != UInt8(ascii: "{")) }
    }

    @Test(arguments: [
        "", "hello", "{}", "{\"kind\":\"Event\"}", "{\"items\":[1 2]}", "{\"items\":[", "[", "{\"items\":[{}]",
        // Nobody is told that the events in these are stored.
        "{\"items\":{\"a\":1}}", "{\"items\":\"[{}]\"}", "{\"list\":{\"items\":[{}]}}",
    ])
    func noLists(text: String) {
        #expect { _ = try Self.lines(Array(text.utf8), piece: 3) } throws: {
            ($0 as? HTTPFailure)?.status == .badRequest
        }
    }

    @Test(arguments: ["[]", "{\"items\":null}", "{\"kind\":\"EventList\",\n\"items\" : [ \r\n ] }"])
    func emptyLists(text: String) throws { #expect(try Self.lines(Array(text.utf8), piece: 3).lines == []) }
}
