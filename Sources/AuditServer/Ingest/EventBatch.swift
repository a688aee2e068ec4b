import AuditStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Items of an EventList on their way to the writer: a line each.
struct EventBatch: Sendable {
    private(set) var lines: [UInt8] = []
    private(set) var count = 0
    /// The newest `stageTimestamp`, in microseconds since 1970.
    private(set) var newest: Int64?
    private var lineStart = 0

    /// Bytes after which a batch is appended. An event that is larger is a batch of its own.
    static let capacity = 1 << 20
    /// What is too large for an event goes to the quarantine in lines of so many bytes.
    private static let pieceBytes = 1 << 20

    var isFull: Bool { lines.count >= Self.capacity }

    /// Adds an item. A line feed can only stand between its tokens, where a space says the same; within a string it is no JSON.
    mutating func add(_ item: UnsafeRawBufferPointer) {
        if let time = Self.stageTimestamp(of: item) { newest = max(newest ?? .min, time) }
        append(item)
        endLine()
    }

    /// Adds a piece of what is too large for an event. It becomes lines that are none: they are cut where no object begins.
    mutating func add(piece: UnsafeRawBufferPointer, isLast: Bool) {
        var rest = piece
        while let byte = rest.first {
            let length = lines.count - lineStart
            if length >= Self.pieceBytes {
                // Space at the end of a line says nothing.
                if byte <= 0x20 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
                    continue
                }
                if byte != UInt8(ascii: "{") || length >= 2 * Self.pieceBytes { endLine() }
            }
            let room = max(1, Self.pieceBytes - (lines.count - lineStart))
            append(UnsafeRawBufferPointer(rebasing: rest.prefix(room)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(room))
        }
        if isLast { endLine() }
    }

    private mutating func endLine() {
        lines.append(0x0a)
        lineStart = lines.count
        count += 1
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let start = lines.count
        lines.append(contentsOf: bytes)
        guard let base = bytes.baseAddress, memchr(base, 0x0a, bytes.count) != nil else { return }
        for i in start..<lines.count where lines[i] == 0x0a { lines[i] = 0x20 }
    }

    private static let timeKey = Array("\"stageTimestamp\":\"".utf8)
    /// Where the key's only capital letter is: there are few of them in an event.
    private static let capital = 6

    /// As an apiserver writes it. Within a string the quotes would be escaped.
    private static func stageTimestamp(of item: UnsafeRawBufferPointer) -> Int64? {
        guard let base = item.baseAddress else { return nil }
        var start = 0
        // In bounds: what is compared and read begins within the item, and is cut where it ends.
        while let found = memchr(base + start, 0x54, item.count - start) {
            let key = UnsafeRawPointer(found) - base - capital
            start = key + capital + 1
            guard key >= 0, item[key...].starts(with: timeKey) else { continue }
            let text = item[(key + timeKey.count)...].prefix(40).prefix { $0 != UInt8(ascii: "\"") }
            return Instant(String(decoding: text, as: UTF8.self))?.microseconds
        }
        return nil
    }
}
