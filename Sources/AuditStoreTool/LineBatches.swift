import AuditStore
import LogSources

/// Standard input in whole lines, as many at once as have come.
final class LineBatches {
    enum Batch {
        case lines([UInt8])
        /// The next line is no event, whatever it holds; it is read by who takes `longLine`.
        case longLine
    }

    private let input = FileByteStream.standardInput()
    /// Read and not given yet; begins with a line.
    private var text: [UInt8] = []
    private var isAtEnd = false

    /// As much as is given at once at most, unless a line is longer.
    private static let bytesPerRead = 1 << 20

    /// nil at the end of the input.
    func next() throws -> Batch? {
        while true {
            let before = text.count
            if !isAtEnd { try read() }
            // Only the first line can have come in many reads: what is left of former ones has no line feed.
            if let end = text[before...].firstIndex(of: 0x0a) ?? (isAtEnd ? text.count : nil) {
                if end >= StreamWriter.bytesPerEvent { return .longLine }
            } else if text.count >= StreamWriter.bytesPerEvent {
                return .longLine
            }
            let lineEnd = text[before...].lastIndex(of: 0x0a).map { $0 + 1 }
            let end = lineEnd ?? (isAtEnd ? text.count : 0)
            if end > 0 {
                defer { text.removeFirst(end) }
                return .lines(Array(text[..<end]))
            }
            if isAtEnd { return nil }
        }
    }

    private func read() throws {
        let count = text.count
        text.append(contentsOf: repeatElement(0, count: Self.bytesPerRead))
        let n = try text.withUnsafeMutableBytes {
            try input.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
        }
        text.removeLast(Self.bytesPerRead - n)
        isAtEnd = n == 0
    }

    /// The long line, which is then read from here, in pieces.
    var longLine: any IngestInput { LongLine(self) }

    private final class LongLine: IngestInput {
        private let lines: LineBatches
        private var isOver = false
        private(set) var consumed: UInt64 = 0

        init(_ lines: LineBatches) { self.lines = lines }

        var name: String { "standard input" }
        var canGrow: Bool { false }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            guard !isOver, !buffer.isEmpty else { return 0 }
            if lines.text.isEmpty, !lines.isAtEnd { try lines.read() }
            let lineEnd = lines.text.firstIndex(of: 0x0a).map { $0 + 1 }
            let n = min(buffer.count, lineEnd ?? lines.text.count)
            isOver = n == lineEnd || n == 0
            buffer.copyBytes(from: lines.text[..<n])
            lines.text.removeFirst(n)
            consumed += UInt64(n)
            return n
        }
    }
}
