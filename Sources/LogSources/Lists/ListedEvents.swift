import AuditStore
import SegmentFormat

/// An input whose events lie in a list, as the lines that it would have if each stood on one: `{"Records":[{…},{…}]}`, or `[{…},{…}]`.
/// An input of lines passes as it is.
///
/// Elements are passed on as they stand; of those that stand on several lines, line feeds become blanks. Memory is what one element
/// and a piece of the input take.
final class ListedEvents: IngestInput {
    private let input: any IngestInput
    private var scanner: JSONListScanner
    /// nil until the first bytes are looked at.
    private var isList: Bool?
    private let keys: [String]
    /// Read of the input, and not looked at yet: what it was recognised by.
    private var ahead: [UInt8] = []
    /// Lines that are not delivered yet, from `delivered` on.
    private var lines: [UInt8] = []
    private var delivered = 0
    private var isAtEnd = false
    private var failure: SourceError?

    private static let pieceBytes = 256 << 10
    /// What is looked at to recognise a list: white space, a brace and a key.
    private static let recognisedBytes = 4096

    /// - Parameter keys: under which a document may have its list.
    init(_ input: any IngestInput, keys: [String]) {
        self.input = input
        self.keys = keys
        scanner = JSONListScanner(lists: keys, elementLimit: Limits.bytesPerEvent)
    }

    var name: String { input.name }
    var consumed: UInt64 { input.consumed }
    /// A list is whole where its file is.
    var canGrow: Bool { (try? recognise()) == false && input.canGrow }
    var file: (any ReadableFile)? { (try? recognise()) == false ? input.file : nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard try recognise() else {
            guard !ahead.isEmpty else { return try input.read(into: buffer) }
            let n = min(buffer.count, ahead.count)
            buffer.copyBytes(from: ahead[..<n])
            ahead.removeFirst(n)
            return n
        }
        while delivered == lines.count, !isAtEnd { try scanMore() }
        if delivered == lines.count, let failure { throw failure }
        let n = min(buffer.count, lines.count - delivered)
        buffer.copyBytes(from: lines[delivered..<delivered + n])
        delivered += n
        return n
    }

    /// Whether the input is a list, by its first bytes.
    private func recognise() throws -> Bool {
        if let isList { return isList }
        ahead = try read(upTo: Self.recognisedBytes)
        let text = ahead.drop { JSONListScanner.isSpace($0) }
        var found = text.first == 0x5b
        if text.first == 0x7b {
            let key = text.dropFirst().drop { JSONListScanner.isSpace($0) }
            found = keys.contains { key.starts(with: "\"\($0)\"".utf8) }
        }
        isList = found
        return found
    }

    private func scanMore() throws {
        lines.removeAll(keepingCapacity: lines.capacity <= 4 << 20)
        delivered = 0
        let piece = ahead.isEmpty ? try read(upTo: Self.pieceBytes) : ahead
        ahead = []
        do {
            if piece.isEmpty {
                isAtEnd = true
                try scanner.finish()
            } else {
                try piece.withUnsafeBytes { piece in try scanner.feed(piece) { append($0) } }
            }
        } catch let error as JSONListError {
            // A line that does not end before an error is left for the next load, of the file when it is whole.
            lines.append(contentsOf: scanner.unfinished)
            isAtEnd = true
            failure = SourceError(.corrupt, error.reason, path: name, offset: error.offset)
        }
    }

    private func append(_ part: JSONListScanner.Part) {
        switch part {
        case .start, .end, .text: break
        case .element(let bytes, _): append(bytes, isLast: true)
        // Longer than any event may be: the lines' reader sees that, and what becomes of it is its matter.
        case .piece(let bytes, _, _, let isLast): append(bytes, isLast: isLast)
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer, isLast: Bool) {
        let start = lines.count
        lines.append(contentsOf: bytes)
        if bytes.contains(0x0a) {
            for i in start..<lines.count where lines[i] == 0x0a { lines[i] = 0x20 }
        }
        if isLast { lines.append(0x0a) }
    }

    private func read(upTo limit: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(buffer)
            while count < limit {
                let n = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
                if n == 0 { break }
                count += n
            }
        }
    }
}
