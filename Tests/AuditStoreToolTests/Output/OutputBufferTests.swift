import Foundation
import Testing

@testable import AuditStoreTool

@Suite struct OutputBufferTests {
    @Test(arguments: [1, 7, 64, 65_536])
    func keepsOrderAndBytesWhateverTheCapacity(capacity: Int) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let descriptor = open(path, O_CREAT | O_RDWR, 0o600)
        defer { close(descriptor) }
        var expected: [UInt8] = []
        var out = OutputBuffer(descriptor: descriptor, capacity: capacity)
        for length in [0, 1, 6, 7, 8, 63, 64, 65, 1000, 65_535, 65_536, 65_537, 200_000, 3] {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length) }
            try bytes.withUnsafeBytes { try out.append($0) }
            try out.append("é\n")
            try out.append(byte: 0xFF)
            expected += bytes + [0xC3, 0xA9, 10, 0xFF]
        }
        try out.flush()
        try out.flush()
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == expected)
    }

    @Test func aReaderThatHasGoneIsToldApart() throws {
        Terminal.ignoreBrokenPipes()
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        var out = OutputBuffer(descriptor: ends[1])
        try out.append("x")
        #expect(throws: OutputError.closed) { try out.flush() }
        #expect(throws: OutputError.closed) { try out.append("y") }
        #expect(throws: OutputError.closed) { try out.flush() }
    }

    @Test func otherFailuresSayWhy() throws {
        var out = OutputBuffer(descriptor: -1)
        try out.append("x")
        #expect(throws: OutputError.failed(errno: EBADF)) { try out.flush() }
        #expect(OutputError.failed(errno: ENOSPC).description.contains("No space left"))
    }

    /// A pipe that takes a little at a time and says EAGAIN in between.
    @Test func waitsForASlowReader() async throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK)
        let length = 1_000_000
        let thread = Thread {
            var out = OutputBuffer(descriptor: writing)
            try? out.append([UInt8](repeating: 7, count: length))
            try? out.flush()
            close(writing)
        }
        thread.start()
        var total = 0
        var chunk = [UInt8](repeating: 0, count: 10_000)
        while true {
            let count = read(reading, &chunk, chunk.count)
            if count <= 0 { break }
            #expect(chunk[..<count].allSatisfy { $0 == 7 })
            total += count
        }
        close(reading)
        #expect(total == length)
    }

    @Test func defaultsOfTheContract() {
        #expect(OutputFormat.standard(isTerminal: true) == .table)
        #expect(OutputFormat.standard(isTerminal: false) == .ndjson)
        #expect(OutputFormat.allCases.map(\.rawValue) == ["table", "json", "ndjson", "csv"])
    }
}
